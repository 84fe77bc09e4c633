// The words of `rladmin cluster certificate set ...`, as the vendor documents them, read into what is
// to be replaced by which files.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::rladmin {

struct Replacement {
  std::string name;  // as it was given: whether it exists is the cluster's to say
  std::string certificate_file;
  std::optional<std::string> key_file;  // none: the key that is installed stays
};

// One replacement; of `internal`, the two internode ones. The error names the word that is wrong and
// what would be right.
tl::expected<std::vector<Replacement>, std::string> read_words(
    const std::vector<std::string>& words);

// ---- what rladmin asks of the REST API, by HTTPS, with a certificate that is verified

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
