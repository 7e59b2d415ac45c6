# Reads C files of the project; prints where one leaves the house and ends with status 1 then.
BEGIN {
    split("base expr tensor tile graph rules data objective minimize regret curvature train report cli", order, " ")
    for (i in order) rank[order[i]] = i + 0
    rank["ops"] = rank["graph"]
    rank["schedules"] = rank["init"] = rank["nn"] = rank["rules"]
    rank["compare"] = rank["bench"] = rank["report"]
}

function leaves(what) { print FILENAME ":" FNR ": " what; bad = 1 }

FNR == 1 {
    split(FILENAME, part, "/")
    layer = part[1] == "src" ? part[2] : ""
    start = 0
    commented = 0
}

FNR == 601 { leaves("more than 600 lines: look for the second idea") }

layer in rank && match($0, /^#include "[a-z]+\//) {
    other = substr($0, 11, RLENGTH - 11)
    if (other in rank && rank[other] > rank[layer]) leaves("layer " layer " includes " other ", which lies above it")
    if (layer == "cli" && other != "cli" && other != "thalweg") leaves("the command line uses public headers alone")
}

layer != "" && layer != "base" && /(^|[^A-Za-z0-9_.>])(malloc|calloc|realloc|free|fopen|fwrite|fread|rename|fsync)[ ]*\(/ && !/^ *\/\// {
    leaves("goes round src/base")
}
layer != "" && layer != "cli" && /(^|[^A-Za-z0-9_.>])(printf|fprintf|puts|exit|abort)[ ]*\(/ && !/^ *\/\// { leaves("prints or exits in the library") }
/(TODO|FIXME|XXX|HACK)/ { leaves("an unowned " $0) }

# A definition starts in column 0, ends its head with '{', and closes with '}' in column 0.
start == 0 && /^[A-Za-z].*[)] *\{$/ { start = FNR }
start == 0 && /^ .*[)] *\{$/ && head ~ /^[A-Za-z].*\(/ && head !~ /;/ { start = headline }
/^[A-Za-z]/ { head = $0; headline = FNR }
/^}/ {
    if (start && FNR - start + 1 > 70) leaves("a function of " (FNR - start + 1) " lines")
    start = 0
    head = ""
}

part[1] == "include" && /^TW_API / && !commented { leaves("no comment above " $0) }
{ commented = /^\/\// || /\*\/$/ || (commented && /^TW_API /) || (commented && !/^$/ && /^ /) }

END { exit bad }
