// The kinds of faults, as a table. One file each in kinds/; README.md shows how to add one.
//
// Thread safety: constant data.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "simulator/wrong/faults/effect.h"
#include "simulator/wrong/faults/settings_reader.h"

namespace certdrill::simulator {

// Which parts of "match" a kind understands.
struct Matchers {
  bool endpoint = false;
  bool certificate = false;
  bool nodes = false;
  bool by_number_only = false;  // of the nodes: there is no request, so none is the called one
  bool nodes_required = false;
  bool submitted = false;
};

struct FaultKind {
  std::string_view name;
  std::string_view sentence;  // what it does, for people
  std::string_view settings;  // its settings, for people
  Matchers matchers;
  bool updates_by_default = false;  // without match.endpoint: update_cert and put_certificates only
  bool by_chance = true;            // false: neither every nor probability have a meaning
  bool once_per_request = true;     // false: counted once per connection or scrape
  std::unique_ptr<Effect> (*make)(SettingsReader& settings);  // errors stay in the reader
};

// Every kind; the array in kinds/kinds.cpp is where one registers.
std::span<const FaultKind* const> fault_kinds();
std::vector<std::string_view> kind_names();
const FaultKind* find_kind(std::string_view name);  // nullptr when there is none

}  // namespace certdrill::simulator
