# The built-in rules: every src/rules/NAME.rule becomes an entry of one table of C text. A rule is two
# new files, its text and its test, and no edit.
file(GLOB TW_RULE_FILES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/rules/*.rule)
set(TW_RULE_TEXTS ${CMAKE_BINARY_DIR}/generated/rule_texts.c)

# The bytes of a text in hexadecimal, as the elements of a C array.
function(tw_as_bytes hex result)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    set(${result} "${bytes}0" PARENT_SCOPE)
endfunction()

set(arrays "")
set(entries "")
set(count 0)
foreach(file ${TW_RULE_FILES})
    get_filename_component(name ${file} NAME_WE)
    if(TW_TESTS AND NOT EXISTS ${PROJECT_SOURCE_DIR}/tests/rules/${name}_test.c)
        message(FATAL_ERROR "src/rules/${name}.rule has no test; write tests/rules/${name}_test.c")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text HEX)
    file(STRINGS ${file} header REGEX "^(rule|link) ")
    set(link false)
    if(header MATCHES "^link ${name}$")
        set(link true)
    elseif(NOT header MATCHES "^rule ${name}$")
        message(FATAL_ERROR "src/rules/${name}.rule does not say 'rule ${name}' or 'link ${name}'")
    endif()
    file(STRINGS ${file} summary LIMIT_COUNT 1)
    string(REGEX REPLACE "^# " "" summary "${summary}")
    string(REPLACE "\\;" ";" summary "${summary}") # file(STRINGS) marks the semicolons of a text
    string(REPLACE "\\" "\\\\" summary "${summary}")
    string(REPLACE "\"" "\\\"" summary "${summary}")
    tw_as_bytes("${text}" text_bytes)
    string(APPEND arrays "static const char text_${name}[] = {${text_bytes}};\n")
    string(APPEND entries "    {\"${name}\", \"${summary}\", text_${name}, ${link}},\n")
    math(EXPR count "${count} + 1")
endforeach()
file(CONFIGURE OUTPUT ${TW_RULE_TEXTS} @ONLY CONTENT
"// Made by cmake/embed.cmake from src/rules/*.rule.
#include \"rules/library.h\"

@arrays@
const tw_rule_entry tw_rule_entries[] = {
@entries@};

const int tw_rule_entry_count = @count@;
")
list(APPEND TW_SOURCES ${TW_RULE_TEXTS})
