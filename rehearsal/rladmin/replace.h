// What rladmin asks of the REST API, by HTTPS, with a certificate that is verified.
//
// Thread safety: one thread.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "rehearsal/rladmin/words.h"

namespace certdrill::rladmin {

struct Connection {
  std::string url;  // "https://host:port"
  std::string username;
  std::string password;
  std::string ca_file;    // empty: the system's trust store
  std::string verify_as;  // the name that the certificate must carry; empty: the URL's host
};

// One replacement goes by update_cert, several by its successor, which changes all of them or none;
// where the cluster has only the other call, by that. The error is a clause; it never holds a key.
tl::expected<void, std::string> replace(const Connection& connection,
                                        const std::vector<Replacement>& replacements);

}  // namespace certdrill::rladmin
