# The built-in rules' programs as C: tools/rule_compiler.c, made of the library's own objects, writes
# them when thalweg is built. A build for another machine that nothing here runs interprets them instead.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    set(TW_FUSED ${PROJECT_SOURCE_DIR}/src/tile/fused_none.c)
else()
    set(TW_FUSED ${CMAKE_BINARY_DIR}/generated/fused_rules.c)
    add_library(tw_unfused STATIC ${PROJECT_SOURCE_DIR}/src/tile/fused_none.c
        $<TARGET_OBJECTS:tw_objects>)
    target_include_directories(tw_unfused PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(tw_unfused PRIVATE tw_flags)
    add_executable(tw_rule_compiler ${PROJECT_SOURCE_DIR}/tools/rule_compiler.c)
    set_target_properties(tw_rule_compiler PROPERTIES OUTPUT_NAME rule_compiler
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tools)
    target_include_directories(tw_rule_compiler PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(tw_rule_compiler PRIVATE tw_flags tw_unfused ${TW_LINKED})
    add_custom_command(OUTPUT ${TW_FUSED} COMMAND tw_rule_compiler ${TW_FUSED}
        DEPENDS tw_rule_compiler COMMENT "Translating the built-in rules to C")
endif()
add_library(tw_fused OBJECT ${TW_FUSED})
target_include_directories(tw_fused PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(tw_fused PRIVATE tw_flags Threads::Threads)
set(TW_OBJECTS $<TARGET_OBJECTS:tw_objects> $<TARGET_OBJECTS:tw_fused>)
