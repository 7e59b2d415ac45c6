# Every examples/NAME.c is one program that uses the public headers alone, and a test that it runs.
file(GLOB TW_EXAMPLE_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.c)
foreach(source ${TW_EXAMPLE_SOURCES})
    get_filename_component(name ${source} NAME_WE)
    add_executable(example_${name} ${source})
    set_target_properties(example_${name} PROPERTIES OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
    target_link_libraries(example_${name} PRIVATE tw_flags thalweg_static)
endforeach()

if(TW_TESTS)
    add_test(NAME examples COMMAND ${PROJECT_SOURCE_DIR}/tests/examples/examples_test.sh
        ${CMAKE_BINARY_DIR}/examples ${PROJECT_SOURCE_DIR} $<$<BOOL:${TW_SANITIZE}>:short>)
    set_tests_properties(examples PROPERTIES TIMEOUT 600
        ENVIRONMENT "TW_DATA=${PROJECT_SOURCE_DIR}/../shared/data")
endif()
