// The certificates of a rehearsal, from the fixtures' workshop: what is to be rotated, and what the
// REST ports present at the start.
//
// Thread safety: constant once made.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/verdict/bundle.h"
#include "contract/certificates.h"

namespace certdrill::rehearsal {

struct Pair {
  std::string chain;  // PEM, leaf first, the root last
  std::string leaf;   // PEM
  std::string key;    // PEM; empty for the names that have none
  std::string root;   // PEM
  certs::Bundle bundle;
};

struct Pairs {
  Pair requested;  // what the command is asked to install
  Pair rest;       // of the REST ports at the start
  // Root of `rest` first; and that of `requested`, where that is for the REST ports.
  std::string ca;
};

// Valid from now on for `cluster`, and as server for each of `addresses`, too.
Pairs make_pairs(contract::CertificateName name, const std::string& cluster,
                 const std::vector<std::string>& addresses);

}  // namespace certdrill::rehearsal
