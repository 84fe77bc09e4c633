// Which certificate was meant by a name that the API does not know: the vendor's own pages, tools,
// files and metrics call the certificates by other names, and scripts send those.
//
// Source: CONTRACT, "The certificates" (Kubernetes: cp_internode_encryption; command line: CPINE;
// the cluster object's page: API_CA; metrics: trusted_ca.pem; the script for self-signed ones:
// metrics). Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/certificates.h"

namespace certdrill::contract {

// Endings such as _cert, _key and .pem, the folder of a file, case, and '-' for '_' do not matter.
// Empty: nobody can tell. Two: the name stands for both ("internal"), or could be either. A name
// that says control plane or data plane never means the other one.
std::vector<CertificateName> meant_certificates(std::string_view text);

// " (did you mean 'X'?)", " (it stands for two: 'X' and 'Y'; ...)" or "".
std::string did_you_mean_certificate(std::string_view text);

}  // namespace certdrill::contract
