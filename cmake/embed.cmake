# Texts in our own languages that are part of the library: every src/rules/NAME.rule and every
# src/objectives/NAME.objective becomes an entry of a table of C text, in alphabetic order. One more is a
# new file, a rule's test beside it, and no edit.

# The bytes of a text in hexadecimal, as the elements of a C array.
function(tw_as_bytes hex result)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    set(${result} "${bytes}0" PARENT_SCOPE)
endfunction()

# The first comment of a text, which says in a line what it is, as C.
function(tw_summary_of file result)
    file(STRINGS ${file} summary LIMIT_COUNT 1)
    string(REGEX REPLACE "^# " "" summary "${summary}")
    string(REPLACE "\\;" ";" summary "${summary}") # file(STRINGS) marks the semicolons of a text
    string(REPLACE "\\" "\\\\" summary "${summary}")
    string(REPLACE "\"" "\\\"" summary "${summary}")
    set(${result} "${summary}" PARENT_SCOPE)
endfunction()

# Writes generated/${kind}_texts.c with the table tw_${kind}_entries of `header`, one entry a file, and adds it
# to TW_SOURCES. A file says "WORD NAME", WORD one of `words`, which the entry holds by number where there
# are several.
function(tw_embed kind header words)
    set(arrays "")
    set(entries "")
    set(count 0)
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${kind}s/*.${kind})
    string(REPLACE ";" "|" any "${words}")
    list(LENGTH words word_count)
    foreach(file ${files})
        get_filename_component(name ${file} NAME_WE)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(STRINGS ${file} line REGEX "^(${any}) ")
        if(NOT line MATCHES "^(${any}) ${name}$")
            message(FATAL_ERROR "${file} does not say '${any} ${name}'")
        endif()
        list(FIND words ${CMAKE_MATCH_1} word)
        set(more "")
        if(word_count GREATER 1)
            set(more ", ${word}")
        endif()
        file(READ ${file} text HEX)
        tw_as_bytes("${text}" text_bytes)
        tw_summary_of(${file} summary)
        string(APPEND arrays "static const char text_${name}[] = {${text_bytes}};\n")
        string(APPEND entries "    {\"${name}\", \"${summary}\", text_${name}${more}},\n")
        math(EXPR count "${count} + 1")
    endforeach()
    set(made ${CMAKE_BINARY_DIR}/generated/${kind}_texts.c)
    file(CONFIGURE OUTPUT ${made} @ONLY CONTENT
"// Made by cmake/embed.cmake from src/@kind@s/*.@kind@.
#include \"@header@\"

@arrays@
const tw_@kind@_entry tw_@kind@_entries[] = {
@entries@};

const int tw_@kind@_entry_count = @count@;
")
    set(TW_SOURCES ${TW_SOURCES} ${made} PARENT_SCOPE)
endfunction()

tw_embed(rule rules/library.h "rule;link")
tw_embed(objective objective/library.h "objective")

file(GLOB rules CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/rules/*.rule)
foreach(file ${rules})
    get_filename_component(name ${file} NAME_WE)
    if(TW_TESTS AND NOT EXISTS ${PROJECT_SOURCE_DIR}/tests/rules/${name}_test.c)
        message(FATAL_ERROR "src/rules/${name}.rule has no test; write tests/rules/${name}_test.c")
    endif()
endforeach()
