# How every certdrill target is built, in one place.

# What nearly every file includes is parsed once instead of once for each file. The lint builds without, so that no
# file lives on another one's includes.
option(CERTDRILL_PRECOMPILE "Precompile the common headers" OFF)

# certdrill_headers(NAME HEADERS...): the headers, precompiled for all targets that reuse them from NAME.
function(certdrill_headers name)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cpp)
  certdrill_settings(${name})
  target_link_libraries(${name} PRIVATE fmt::fmt)
  target_precompile_headers(${name} PRIVATE <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional>
    <string> <vector> <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp> ${ARGN})
endfunction()

# certdrill_precompile(TARGET [HEADERS...])
function(certdrill_precompile target)
  if(NOT CERTDRILL_PRECOMPILE)
    return()
  endif()
  if(NOT CERTDRILL_UNITY)
    target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional>
      <string> <vector> <tl/expected.hpp> ${ARGN})
    return()
  endif()
  # A target has few batches then: too few for headers of its own.
  if("<gtest/gtest.h>" IN_LIST ARGN)
    set(headers certdrill_test_headers)
    if(NOT TARGET ${headers})
      certdrill_headers(${headers} <gmock/gmock.h> <gtest/gtest.h>)
      target_link_libraries(${headers} PRIVATE GTest::gmock)
      target_compile_options(${headers} PRIVATE ${CERTDRILL_TEST_OPTIONS})
    endif()
  else()
    set(headers certdrill_headers)
    if(NOT TARGET ${headers})
      certdrill_headers(${headers})
    endif()
  endif()
  target_link_libraries(${target} PRIVATE fmt::fmt)  # the headers' definitions must be the same for all
  target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()

# Many files are compiled as one, which takes a third of the time: the files of a folder together, some
# CERTDRILL_BATCH of them at once. So names in anonymous namespaces are unique within a folder. The lint and the
# preset for work compile each file alone.
option(CERTDRILL_UNITY "Compile the files of a folder together" OFF)
set(CERTDRILL_BATCH 20 CACHE STRING "How many files are compiled together at most")

# certdrill_batches(TARGET SOURCES...): puts the target's sources into batches.
function(certdrill_batches target)
  if(NOT CERTDRILL_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(source ${ARGN})
    cmake_path(ABSOLUTE_PATH source NORMALIZE OUTPUT_VARIABLE folder)
    cmake_path(GET folder PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    string(MAKE_C_IDENTIFIER "${folder}" folder)
    list(APPEND folders ${folder})
    list(APPEND in_${folder} ${source})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder ${folders})
    # Of equal sizes: 14 files are two batches of 7.
    list(LENGTH in_${folder} count)
    math(EXPR batches "(${count} + ${CERTDRILL_BATCH} - 1) / ${CERTDRILL_BATCH}")
    set(index 0)
    foreach(source ${in_${folder}})
      math(EXPR batch "${index} * ${batches} / ${count}")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${folder}_${batch}")
      math(EXPR index "${index} + 1")
    endforeach()
  endforeach()
endfunction()

# certdrill_settings(TARGET): language level, warnings, sanitizers, include root.
# -Wrestrict is off because gcc 12 sees ghosts in std::string's operator+ (gcc bug 105329).
function(certdrill_settings target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/certdrill>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion
    -Wno-sign-conversion -Wno-missing-field-initializers -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-maybe-uninitialized $<$<BOOL:${CERTDRILL_WERROR}>:-Werror>
    # In a batch, a local name would shadow what is another file's own.
    $<$<NOT:$<BOOL:${CERTDRILL_UNITY}>>:-Wshadow>)
  if(CERTDRILL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${CERTDRILL_SANITIZE} -fno-omit-frame-pointer)
    if(CERTDRILL_SANITIZE STREQUAL "thread")
      target_compile_options(${target} PRIVATE -Wno-tsan)  # gcc warns of Asio's fences
    endif()
    target_link_options(${target} PUBLIC -fsanitize=${CERTDRILL_SANITIZE})
  endif()
endfunction()

# A linker that takes a tenth of the time, where it is installed.
find_program(CERTDRILL_MOLD mold)
if(PROJECT_IS_TOP_LEVEL AND CERTDRILL_MOLD AND NOT CERTDRILL_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

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
  certdrill_batches(certdrill_${name} ${sources})
  if(NOT name MATCHES "^(contract|certs)$")  # they know no JSON
    set(json <nlohmann/json.hpp>)
  endif()
  certdrill_precompile(certdrill_${name} ${json})
endfunction()

# certdrill_library(NAME FOLDERS...): the same, and installed for others to link.
function(certdrill_library name)
  certdrill_internal_library(${name} ${ARGN})
  set_target_properties(certdrill_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS certdrill_${name} EXPORT certdrill ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          COMPONENT dev)
endfunction()

# certdrill_program(NAME SOURCES...): a program that is installed.
function(certdrill_program name)
  add_executable(${name} ${ARGN})
  certdrill_settings(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set_property(GLOBAL APPEND PROPERTY certdrill_programs ${name})
endfunction()

# Tests are compiled once for each time they run, so compiling fast is what counts.
set(CERTDRILL_TEST_OPTIONS $<$<CONFIG:Release>:-O0>)

# For a whole program, or a shard of it; sanitizers make everything some ten times slower.
set(CERTDRILL_TEST_TIMEOUT 900 CACHE STRING "Seconds after which a test program is ended")

# certdrill_test(NAME LIBRARIES <targets> [FOLDERS <folders>] [SOURCES <files>] [SHARDS <n>]): a GoogleTest program
# of every *_test.cpp in FOLDERS (default: the current folder), or of SOURCES. ctest runs it as SHARDS processes
# (default: 4), of which each takes its part of the tests.
function(certdrill_test name)
  if(NOT CERTDRILL_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "SHARDS" "LIBRARIES;FOLDERS;SOURCES" ${ARGN})
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
  certdrill_batches(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${CERTDRILL_TEST_OPTIONS})
  certdrill_precompile(${name} <nlohmann/json.hpp> <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  if(NOT arg_SHARDS)
    set(arg_SHARDS 4)
  endif()
  foreach(shard RANGE 1 ${arg_SHARDS})
    set(test ${name}.${shard})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${test} COMMAND ${name})
    set_tests_properties(${test} PROPERTIES TIMEOUT ${CERTDRILL_TEST_TIMEOUT}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
