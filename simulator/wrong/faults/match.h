// What a fault matches: the request's endpoint, its certificates, the nodes, and what is special
// about what was submitted.
//
// Thread safety: plain values and pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "certs/read/certificate.h"
#include "contract/certificates.h"
#include "contract/endpoints.h"
#include "simulator/http/call.h"
#include "simulator/http/setting.h"

namespace certdrill::simulator {

// What is special about the certificate that a request carries: faults that imitate a validator's
// quirk strike only where the quirk does. Adding a trait: one function and one row in trait.cpp.
struct SubmittedCertificate {
  std::string_view text;       // the request's "certificate"; empty: none was sent
  std::size_t in_request = 1;  // how many certificates the request carries

  std::vector<certs::Certificate> chain() const;  // empty when it cannot be read
};

struct Trait {
  std::string_view id;        // "no_common_name"
  std::string_view sentence;  // for people
  bool (*holds)(const SubmittedCertificate& submitted);
};

// The blocks of a PEM text, and blank lines; each line as it stands.
std::string without_comments(std::string_view text);

std::vector<std::string_view> trait_ids();
const Trait* find_trait(std::string_view id);  // nullptr when there is none

// The cluster at the moment of the question.
struct NodeRoles {
  int count = 1;    // nodes are 1 to count
  int primary = 1;  // uid
  int called = 0;   // uid of the node that the client talks to; 0: there is no client
};

// Which nodes a fault concerns: named ones, or those in a role of the moment.
class NodeSelector {
 public:
  enum class Who {
    all,
    called,  // the node that the client talks to
    others,  // all but that one
    primary,
    replicas,  // all but the primary
    listed,
  };

  NodeSelector() = default;  // all

  // "all", "called", "others", "primary", "replicas", one number or a list of numbers. Negative
  // numbers count from the end: -1 is the last node. The error is a clause.
  static tl::expected<NodeSelector, std::string> parse(const nlohmann::json& json);
  nlohmann::json to_json() const;

  Who who() const { return who_; }
  bool includes(int uid, const NodeRoles& roles) const;

  // The first listed number that a cluster of so many nodes does not have; 0 when it has all.
  int beyond(int node_count) const;

 private:
  Who who_ = Who::all;
  std::vector<int> listed_;
};

// What is known of a request before anybody judges it.
struct RequestFacts {
  struct Concerned {
    contract::CertificateName name;
    std::string certificate;  // text, as sent; empty when none was
  };

  const contract::Endpoint* endpoint = nullptr;  // null: none that the edition has, or no request
  int called = 0;                                // uid of the node; 0: no request
  std::vector<Concerned> certificates;           // with a name that exists
};

// The body as an object; an empty one where it is none.
const nlohmann::json& object_in(const Call& call);

// The entries of an update: its body, or those of its list. Empty when it cannot be read as one.
std::vector<nlohmann::json> entries_of(const Call& call);

// The field's text; empty where there is none.
template <typename Json>
std::string text_in(const Json& entry, const char* field) {
  const auto found = entry.is_object() ? entry.find(field) : entry.end();
  return found != entry.end() && found->is_string() ? found->template get<std::string>() : "";
}

// Never fails: of a malformed body nothing is known.
RequestFacts facts_of(const Call& call, contract::Edition edition);

// Which parts of "match" a kind understands.
struct Matchers {
  bool endpoint = false;
  bool certificate = false;
  bool nodes = false;
  bool submitted = false;
  bool by_number_only = false;  // of the nodes: there is no request, so none is the called one
  bool nodes_required = false;
  bool updates_by_default = false;  // without endpoint: update_cert and put_certificates only
};

// Of kinds that act on whatever a request does; the second only on updates where no endpoint is given.
inline constexpr Matchers kRequestMatchers{
    .endpoint = true, .certificate = true, .nodes = true, .submitted = true};
inline constexpr Matchers kUpdateMatchers{.endpoint = true,
                                          .certificate = true,
                                          .nodes = true,
                                          .submitted = true,
                                          .updates_by_default = true};

struct FaultMatch {
  std::vector<const contract::Endpoint*> endpoints;     // empty: any
  std::vector<contract::CertificateName> certificates;  // empty: any
  NodeSelector nodes;
  std::vector<const Trait*> submitted;  // all must hold

  bool fits_endpoint(const RequestFacts& facts) const;
  bool fits_certificate(contract::CertificateName name) const;

  // Of a change to one certificate by the request: the certificate, and what was submitted of it.
  bool fits_change(const RequestFacts& facts, contract::CertificateName name) const;

  // Of a request as a whole: one of its certificates fits.
  bool fits_request(const RequestFacts& facts, const NodeRoles& roles) const;
};

// The fields of "match"; `kind` is the kind's name, for errors, which `reader` keeps.
FaultMatch read_match(SettingsReader& reader, const nlohmann::json& given, const Matchers& matchers,
                      std::string_view kind);
nlohmann::ordered_json match_json(const FaultMatch& match, const Matchers& matchers);

// "endpoint", "certificate", "nodes" and "submitted".
std::span<const std::string_view> matcher_names();

}  // namespace certdrill::simulator
