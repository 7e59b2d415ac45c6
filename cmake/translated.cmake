# Tile programs that the library itself translates to C, for the test and the benchmark that compare them
# with the interpreter: ${TW_TRANSLATED}.
include_guard(GLOBAL)
set(TW_TRANSLATED ${CMAKE_BINARY_DIR}/translated.c)
add_executable(tile_translate tests/tile/translate.c tests/support/tile_programs.c)
target_include_directories(tile_translate PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(tile_translate PRIVATE tw_flags thalweg_static)
add_custom_command(OUTPUT ${TW_TRANSLATED} COMMAND tile_translate > ${TW_TRANSLATED}
    DEPENDS tile_translate VERBATIM)
