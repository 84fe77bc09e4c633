// The mistakes that a server can make, each with the case that must notice it: what proves the
// suite.
//
// A simulator started with `--bug ID` makes that one mistake; the test of the kill matrix runs the
// suite against each and demands a failure of the named case (others may fail too). Thread safety:
// constant data.
#pragma once

#include <span>
#include <string_view>

namespace certdrill::conformance {

struct PlantedBug {
  std::string_view id;         // of --bug
  std::string_view behaviour;  // what the server does wrong, in one sentence
  std::string_view killed_by;  // the case that must fail
  std::string_view edition;    // of --emulate; empty: 7.22
};

std::span<const PlantedBug> planted_bugs();

}  // namespace certdrill::conformance
