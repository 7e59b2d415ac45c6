# Every tests/**/NAME_test.c is one program and one test of that name; it may include internal headers.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
file(GLOB_RECURSE TW_TEST_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.c)
file(GLOB_RECURSE TW_TEST_SUPPORT CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.c)
if(TW_TEST_SUPPORT)
    add_library(tw_test_support STATIC ${TW_TEST_SUPPORT})
    target_include_directories(tw_test_support PUBLIC ${PROJECT_SOURCE_DIR}/src
        ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(tw_test_support PUBLIC tw_flags thalweg_static PkgConfig::CMOCKA)
endif()
# Tests run side by side: threads that wait must not take the cores from those that work.
foreach(source ${TW_TEST_SOURCES})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(${name} PRIVATE tw_flags thalweg_static PkgConfig::CMOCKA)
    if(TARGET tw_test_support)
        target_link_libraries(${name} PRIVATE tw_test_support)
    endif()
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 600
        ENVIRONMENT "TW_PROGRAM=${CMAKE_BINARY_DIR}/thalweg;TW_DATA=${PROJECT_SOURCE_DIR}/../shared/data;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/leaks.supp:print_suppressions=0")
endforeach()

# An outside program against the installed copy. Sanitizers want to come first in a process: not there.
if(NOT TW_SANITIZE)
    add_test(NAME install COMMAND ${PROJECT_SOURCE_DIR}/tests/install/install_test.sh
        ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
endif()

# The tree's own shape: layers include downwards only, files and functions stay short, public functions
# are commented.
add_test(NAME house COMMAND ${PROJECT_SOURCE_DIR}/tests/house/house_test.sh ${PROJECT_SOURCE_DIR})

# What the documents show is what the program prints.
add_test(NAME docs COMMAND ${PROJECT_SOURCE_DIR}/tests/docs/docs_test.sh ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})

include(cmake/translated.cmake)
target_sources(translated_test PRIVATE ${TW_TRANSLATED})
