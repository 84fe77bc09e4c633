// The editions of the product that the documents tell apart, and what holds in each.
//
// Adding an edition: one value, one row in editions.cpp, and the sets below.
// Source: the vendor's reference pages, its OpenAPI file, and its deprecation notice (7.22.2).
// Thread safety: constant data and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace certdrill::contract {

enum class Edition : std::uint8_t {
  v7_8,   // PUT /v1/cluster/update_cert only
  v7_22,  // both calls, update_cert deprecated
  v8_0,   // as the OpenAPI file: no 404, unknown properties refused
  next,   // update_cert is gone
};

inline constexpr std::array kAllEditions{Edition::v7_8, Edition::v7_22, Edition::v8_0,
                                         Edition::next};
inline constexpr Edition kDefaultEdition = Edition::v7_22;

// What a server of this edition does. Which calls it has: Endpoint::editions.
struct EditionRules {
  Edition edition = kDefaultEdition;
  std::string_view name;                    // "7.22", as --emulate takes it
  std::string_view software_version;        // as GET /v1/nodes reports it
  bool update_cert_deprecated = false;      // answers it with a Deprecation header
  bool answers_404 = false;                 // update_cert: 404 for an absent certificate, else 400
  bool refuses_unknown_properties = false;  // request objects forbid additional properties
  bool options_method_forbidden = false;    // the cluster's setting: OPTIONS is answered 405
};

const EditionRules& rules_of(Edition edition);

std::string_view to_string(Edition edition);  // "7.8", "7.22", "8.0", "next"
std::optional<Edition> find_edition(std::string_view name);

// From a node's `software_version` ("7.22.2-14"): the newest edition that is not newer. nullopt
// when the text does not start with two numbers.
std::optional<Edition> edition_of_version(std::string_view software_version);

struct Editions {  // a set
  std::uint8_t bits = 0;

  constexpr bool contains(Edition edition) const { return (bits >> static_cast<int>(edition)) & 1; }
};

constexpr Editions editions_of(std::initializer_list<Edition> list) {
  Editions set;
  for (const Edition edition : list)
    set.bits |= static_cast<std::uint8_t>(1U << static_cast<int>(edition));
  return set;
}

inline constexpr Editions kEveryEdition =
    editions_of({Edition::v7_8, Edition::v7_22, Edition::v8_0, Edition::next});
inline constexpr Editions kWithUpdateCert =
    editions_of({Edition::v7_8, Edition::v7_22, Edition::v8_0});
inline constexpr Editions kWithSuccessor =
    editions_of({Edition::v7_22, Edition::v8_0, Edition::next});

}  // namespace certdrill::contract
