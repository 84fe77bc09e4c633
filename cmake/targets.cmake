# How every certdrill target is built, in one place.

# What nearly every file includes is parsed once for each target instead of once for each file. The lint
# builds without, so that no file lives on another one's includes.
option(CERTDRILL_PRECOMPILE "Precompile the common headers" OFF)
function(certdrill_precompile target)
  if(CERTDRILL_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional>
      <string> <vector> <tl/expected.hpp> ${ARGN})
  endif()
endfunction()

# Many files are compiled as one, which takes a third of the time. So names in anonymous namespaces are unique within
# a library. The lint compiles each file alone.
option(CERTDRILL_UNITY "Compile files in batches" OFF)

# certdrill_settings(TARGET): language level, warnings, sanitizers, include root.
# -Wrestrict is off because gcc 12 sees ghosts in std::string's operator+ (gcc bug 105329).
function(certdrill_settings target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF UNITY_BUILD ${CERTDRILL_UNITY} UNITY_BUILD_BATCH_SIZE 12)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/certdrill>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wno-sign-conversion -Wno-missing-field-initializers -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-maybe-uninitialized $<$<BOOL:${CERTDRILL_WERROR}>:-Werror>)
  if(CERTDRILL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${CERTDRILL_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${CERTDRILL_SANITIZE})
  endif()
endfunction()

# certdrill_sources(OUT FOLDERS...): the sources of the folders, tests and programs' main files left out. A new file
# is found by itself.
function(certdrill_sources out)
  set(found)
  foreach(folder ${ARGN})
    file(GLOB here CONFIGURE_DEPENDS ${folder}/*.cpp)
    list(APPEND found ${here})
  endforeach()
  list(FILTER found EXCLUDE REGEX "(_test|/main)\\.cpp$")
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# certdrill_internal_library(NAME FOLDERS...): a static library of this build alone, as certdrill::NAME, of the
# sources in the current folder and in FOLDERS below it.
function(certdrill_internal_library name)
  certdrill_sources(sources . ${ARGN})
  add_library(certdrill_${name} STATIC ${sources})
  add_library(certdrill::${name} ALIAS certdrill_${name})
  certdrill_settings(certdrill_${name})
  if(NOT name MATCHES "^(contract|certs)$")  # they know no JSON
    set(json <nlohmann/json.hpp>)
  endif()
  certdrill_precompile(certdrill_${name} ${json})
endfunction()

# certdrill_library(NAME FOLDERS...): the same, and installed for others to link.
function(certdrill_library name)
  certdrill_internal_library(${name} ${ARGN})
  set_target_properties(certdrill_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS certdrill_${name} EXPORT certdrill ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# certdrill_program(NAME SOURCES...): a program that is installed.
function(certdrill_program name)
  add_executable(${name} ${ARGN})
  certdrill_settings(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# certdrill_test(NAME LIBRARIES <targets> [FOLDERS <folders>] [SOURCES <files>]): a GoogleTest program of every
# *_test.cpp in FOLDERS (default: the current folder), or of SOURCES.
function(certdrill_test name)
  if(NOT CERTDRILL_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "LIBRARIES;FOLDERS;SOURCES" ${ARGN})
  if(NOT arg_SOURCES)
    if(NOT arg_FOLDERS)
      set(arg_FOLDERS .)
    endif()
    foreach(folder ${arg_FOLDERS})
      file(GLOB here CONFIGURE_DEPENDS ${folder}/*_test.cpp)
      list(APPEND arg_SOURCES ${here})
    endforeach()
  endif()
  add_executable(${name} ${arg_SOURCES})
  certdrill_settings(${name})
  certdrill_precompile(${name} <nlohmann/json.hpp> <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()
