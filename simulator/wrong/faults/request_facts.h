// What faults match a REST request by: its endpoint, the node that was called, and the certificates
// that it concerns.
//
// Thread safety: a plain value; views point into the call.
#pragma once

#include <string>
#include <vector>

#include "contract/endpoints.h"
#include "simulator/cluster/installed_certificate.h"
#include "simulator/http/call.h"

namespace certdrill::simulator {

struct RequestFacts {
  struct Concerned {
    contract::CertificateName name;
    std::string certificate;  // text, as sent; empty when none was
  };

  const contract::Endpoint* endpoint = nullptr;  // null: none of them, or no request at all
  int called = 0;                                // uid of the node; 0: no request
  std::vector<Concerned> certificates;           // with a name that exists
};

// Never fails: of a malformed body nothing is known.
RequestFacts facts_of(const Call& call);

}  // namespace certdrill::simulator
