# Instructions of what must stay cheap, against budgets.json. They hold for the compiler, the
# optimization and the processor's kind that they were counted with: elsewhere the test is skipped,
# and says so.
if(NOT CERTDRILL_BUILD_TESTS)
  return()
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME instruction_budgets_can_fail
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/check_budgets_test.py)

find_path(valgrind_include valgrind/callgrind.h)
if(NOT valgrind_include)
  set(obstacle "valgrind (Debian: valgrind) is not installed")
elseif(CERTDRILL_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  set(obstacle "the budgets are those of a Release build")
elseif(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(obstacle "the budgets are those of gcc on x86-64")
endif()
if(obstacle)
  add_test(NAME instruction_budgets COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${obstacle}")
  set_tests_properties(instruction_budgets PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
  return()
endif()

add_executable(instructions instructions.cpp)
certdrill_settings(instructions)
target_include_directories(instructions SYSTEM PRIVATE ${valgrind_include})
target_link_libraries(instructions PRIVATE certdrill_bench_sample certdrill::simulator)
add_test(NAME instruction_budgets
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/check_budgets $<TARGET_FILE:instructions>)
set_tests_properties(instruction_budgets PROPERTIES SKIP_RETURN_CODE 77)
