# The installed tree: programs, libraries, headers and a CMake package, so that another project can say
# find_package(certdrill) and link certdrill::simulator.
include(CMakePackageConfigHelpers)

foreach(folder certs fixtures simulator)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/certdrill FILES_MATCHING PATTERN "*.h")
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/certdrill)
install(EXPORT certdrill NAMESPACE certdrill:: FILE certdrillTargets.cmake DESTINATION ${package_dir})
configure_package_config_file(cmake/certdrillConfig.cmake.in certdrillConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(certdrillConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/certdrillConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/certdrillConfigVersion.cmake cmake/dependencies.cmake
        DESTINATION ${package_dir})
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
