#!/bin/sh
# The documents against the program and the tree: what the program prints in them is what it prints now,
# the program of README.md is examples/first.c, the C of docs/graph.md compiles, and links lead somewhere.
# Usage: docs_test.sh BUILD_FOLDER SOURCE_FOLDER
set -eu
build=$1
cd "$2"
failed=0
fail() {
    echo "$1" >&2
    failed=1
}

scripts/docs --check "$build" || failed=1

awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md | cmp -s - examples/first.c ||
    fail "README.md: its C program is not examples/first.c any more"

# The pieces of C in docs/graph.md, one behind the other, are a function.
{
    echo '#include <stdio.h>'
    echo '#include <thalweg/thalweg.h>'
    echo 'int tour(const float *images, const int *labels, tw_node v) {'
    awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' docs/graph.md
    echo 'return 0; }'
} | ${CC:-cc} -std=c17 -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c - ||
    fail "docs/graph.md: its pieces of C do not compile"

for page in README.md CHANGELOG.md docs/*.md; do
    folder=$(dirname "$page")
    for link in $(grep -o '](\([^)]*\))\|src="[^"]*"' "$page" | sed 's/^](//; s/)$//; s/^src="//; s/"$//; s/#.*//'); do
        case $link in http*) continue ;; esac
        [ -e "$folder/$link" ] || fail "$page: there is no $link"
    done
done
exit "$failed"
