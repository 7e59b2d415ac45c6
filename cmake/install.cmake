# The shared library (only what the headers declare is visible), and what other programs find it by:
# headers, a pkg-config file, a CMake package.
include(CMakePackageConfigHelpers)

add_library(thalweg_shared SHARED ${TW_OBJECTS})
set_target_properties(thalweg_shared PROPERTIES OUTPUT_NAME thalweg VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/thalweg.map)
target_link_libraries(thalweg_shared PRIVATE ${TW_LINKED})
# nodelete: its threads may sleep in it when a host closes it.
target_link_options(thalweg_shared PRIVATE -Wl,-z,nodelete
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/thalweg.map $<$<NOT:$<BOOL:${TW_SANITIZE}>>:-Wl,--no-undefined>)
if(TW_SANITIZE)
    target_link_libraries(thalweg_shared PRIVATE tw_flags)
endif()

# Archives name their own needs once more, for programs that link them without CMake.
set(TW_STATIC_LIBS "-lsleef -lpthread -lm -ldl")
file(RELATIVE_PATH TW_UP_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" TW_UP_TO_PREFIX "${TW_UP_TO_PREFIX}") # so that it may be installed anywhere
configure_file(cmake/thalweg.pc.in ${CMAKE_BINARY_DIR}/thalweg.pc @ONLY)
configure_package_config_file(cmake/thalwegConfig.cmake.in ${CMAKE_BINARY_DIR}/thalwegConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/thalweg
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/thalwegConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)

install(TARGETS thalweg_shared thalweg_static
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/thalweg DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/thalweg.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_BINARY_DIR}/thalwegConfig.cmake ${CMAKE_BINARY_DIR}/thalwegConfigVersion.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/thalweg)
