# The installed tree, in two components: programs, with what is read about them, and dev, the libraries, headers and a
# CMake package, so that another project can say find_package(certdrill) and link certdrill::simulator.
include(CMakePackageConfigHelpers)

# What a user of the simulator, of the fixtures or of certs includes, and what those include: nothing else is
# promised. tests/install_test.sh builds a program against it.
set(public_headers
  contract/certificates.h
  contract/editions.h
  contract/endpoints.h
  certs/read/certificate.h
  certs/read/instant.h
  certs/read/private_key.h
  certs/verdict/bundle.h
  certs/verdict/defect.h
  certs/verdict/rules.h
  certs/verdict/validate.h
  certs/issue/issue.h
  fixtures/catalogue/catalogue.h
  fixtures/make/fixture.h
  fixtures/make/workshop.h
  simulator/engine/settings.h
  simulator/simulator.h)
foreach(header ${public_headers})
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/certdrill/${folder}
          COMPONENT dev)
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/certdrill)
install(EXPORT certdrill NAMESPACE certdrill:: FILE certdrillTargets.cmake DESTINATION ${package_dir}
        COMPONENT dev)
configure_package_config_file(cmake/certdrillConfig.cmake.in certdrillConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(certdrillConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/certdrillConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/certdrillConfigVersion.cmake cmake/dependencies.cmake
        DESTINATION ${package_dir} COMPONENT dev)

# The README, and the pictures and pages of this repository that it links to, where it looks for them.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS README.md)
file(READ README.md readme)
string(REGEX MATCHALL "\\(([A-Za-z_0-9/]+\\.(md|svg|png))\\)" linked "${readme}")
foreach(link README.md ${linked})
  string(REGEX REPLACE "[()]" "" link ${link})
  cmake_path(GET link PARENT_PATH folder)
  install(FILES ${link} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder})
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)  # Debian's name for it
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR}-dev RENAME copyright COMPONENT dev)
set(leftovers REGEX "/(\\.[^/]*|__pycache__|build|node_modules|target)$" EXCLUDE)  # of examples that were run in place
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples USE_SOURCE_PERMISSIONS ${leftovers})
install(DIRECTORY rehearsal/examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/rehearsal
        USE_SOURCE_PERMISSIONS ${leftovers})
