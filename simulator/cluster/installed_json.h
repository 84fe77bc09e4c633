// An installed certificate as JSON, for the store's files on disk. Holds the private key: mode 0600
// only.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {

std::string to_json_text(const InstalledCertificate& certificate);

// The error says what is wrong, without repeating any of the text.
tl::expected<InstalledCertificate, std::string> installed_from_json(std::string_view json_text);

// Parses the texts as far as they parse: a pair that does not match is kept as it is, since a node
// can be left with one. The error says why even the certificate cannot be read.
tl::expected<InstalledCertificate, std::string> installed_from_texts(std::string certificate_text,
                                                                     std::string key_text);

}  // namespace certdrill::simulator
