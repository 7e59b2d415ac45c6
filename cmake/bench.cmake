# Every bench/NAME.c is one program, build/.../bench/NAME; it may include internal headers. What several share is in
# bench/support.
file(GLOB TW_BENCH_SUPPORT CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/support/*.c)
add_library(tw_bench_support STATIC ${TW_BENCH_SUPPORT})
target_include_directories(tw_bench_support PUBLIC ${PROJECT_SOURCE_DIR}/src
    ${PROJECT_SOURCE_DIR}/bench)
target_link_libraries(tw_bench_support PUBLIC tw_flags thalweg_static Threads::Threads
    ${CMAKE_DL_LIBS})
file(GLOB TW_BENCH_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*.c)
foreach(source ${TW_BENCH_SOURCES})
    get_filename_component(name ${source} NAME_WE)
    add_executable(bench_${name} ${source})
    set_target_properties(bench_${name} PROPERTIES OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    target_link_libraries(bench_${name} PRIVATE tw_bench_support)
endforeach()

include(cmake/translated.cmake)
target_sources(bench_tile PRIVATE tests/support/tile_programs.c ${TW_TRANSLATED})
target_include_directories(bench_tile PRIVATE ${PROJECT_SOURCE_DIR}/tests)
