# Every line of ops.def has its file src/ops/NAME.c and its test tests/ops/NAME_test.c, or the build stops
# here and says which is missing.
set(TW_OPERATORS_FILE ${PROJECT_SOURCE_DIR}/include/thalweg/ops.def)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${TW_OPERATORS_FILE})
file(STRINGS ${TW_OPERATORS_FILE} TW_OPERATOR_LINES REGEX "^TW_OPERATOR\\(")
foreach(line ${TW_OPERATOR_LINES})
    string(REGEX REPLACE "^TW_OPERATOR\\(([a-z0-9_]+),.*" "\\1" name "${line}")
    foreach(file src/ops/${name}.c tests/ops/${name}_test.c)
        if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${file})
            message(FATAL_ERROR "ops.def: operator ${name} has no ${file}; write it")
        endif()
    endforeach()
endforeach()
