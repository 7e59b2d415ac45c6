# Every bench/NAME.c is one program, build/.../bench/NAME; it may include internal headers.
file(GLOB TW_BENCH_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*.c)
foreach(source ${TW_BENCH_SOURCES})
    get_filename_component(name ${source} NAME_WE)
    add_executable(bench_${name} ${source})
    set_target_properties(bench_${name} PROPERTIES OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    target_include_directories(bench_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(bench_${name} PRIVATE tw_flags thalweg_static Threads::Threads
        ${CMAKE_DL_LIBS})
endforeach()

include(cmake/translated.cmake)
target_sources(bench_tile PRIVATE tests/support/tile_programs.c ${TW_TRANSLATED})
target_include_directories(bench_tile PRIVATE ${PROJECT_SOURCE_DIR}/tests)
