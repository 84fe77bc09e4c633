# Debian packages: `certdrill` (programs, man pages, completion, examples) and `certdrill-dev` (libraries, headers, CMake
# files). `./dev package` builds the target man_pages, and then the packages with cpack.

# A man page for each program, of its own --help. No part of the default target: help2man is needed for packages alone.
get_property(programs GLOBAL PROPERTY certdrill_programs)
set(man_folder ${PROJECT_BINARY_DIR}/man)
foreach(program ${programs})
  set(page ${man_folder}/${program}.1.gz)
  add_custom_command(OUTPUT ${page} DEPENDS ${program} certdrill cmake/man_page
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/man_page ${PROJECT_BINARY_DIR}/bin ${program} ${PROJECT_VERSION} ${page})
  list(APPEND pages ${page})
endforeach()
add_custom_target(man_pages DEPENDS ${pages})
install(DIRECTORY ${man_folder}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The certdrill authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME certdrill)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)  # it needs the libraries that it is linked with, and nothing else
# The first line of each is the project's own description.
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION "A simulated Redis Enterprise cluster that really rotates certificates
and fails on command, a rehearsal that takes your own rotation command
through every incident, test certificates with exactly one thing wrong, and
a conformance suite for a real cluster's certificate API.")

# What dependencies.cmake looks for where the installed package is used, and the headers include.
set(CPACK_DEBIAN_DEV_PACKAGE_NAME certdrill-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
string(JOIN ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "certdrill (= ${PROJECT_VERSION})" libssl-dev nlohmann-json3-dev
  libcli11-dev libspdlog-dev libfmt-dev libexpected-dev prometheus-cpp-dev libcpp-httplib-dev pkg-config)
set(CPACK_COMPONENT_DEV_DESCRIPTION "The libraries, headers and CMake files: find_package(certdrill), link
certdrill::simulator, and a C++ test has a simulated cluster of its own.")
include(CPack)
