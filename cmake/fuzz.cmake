# Every tests/fuzz/NAME_fuzz.c: with TW_FUZZ a program of libFuzzer's (clang; scripts/fuzz runs them), else
# one that replays tests/fuzz/corpus/NAME and TW_FUZZ_CHANGES changes of each of its files, a test.
set(TW_FUZZ_CHANGES 2000 CACHE STRING "Changes of each file of a corpus that a test runs")
file(GLOB TW_FUZZ_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.c)
add_library(tw_fuzz_support STATIC ${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz.c
    ${PROJECT_SOURCE_DIR}/tests/fuzz/edited.c ${PROJECT_SOURCE_DIR}/tests/fuzz/set.c)
target_include_directories(tw_fuzz_support PUBLIC ${PROJECT_SOURCE_DIR}/src
    ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(tw_fuzz_support PUBLIC tw_flags thalweg_static)
foreach(source ${TW_FUZZ_SOURCES})
    get_filename_component(target ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${target})
    add_executable(${target} ${source})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    target_link_libraries(${target} PRIVATE tw_fuzz_support)
    if(TW_FUZZ)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
        set(changes ${TW_FUZZ_CHANGES})
        if(name STREQUAL checkpoint) # each of them builds a graph
            math(EXPR changes "${TW_FUZZ_CHANGES} / 10")
        elseif(name STREQUAL folder) # and trains
            math(EXPR changes "${TW_FUZZ_CHANGES} / 40")
        endif()
        add_test(NAME ${target}
            COMMAND ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name} ${changes})
    endif()
endforeach()
