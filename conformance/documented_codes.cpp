#include "conformance/documented_codes.h"

#include <array>

namespace certdrill::conformance {
namespace {

constexpr std::string_view both = "reference page, OpenAPI";
constexpr Editions before_8 = editions_of({Edition::v7_8, Edition::v7_22});

constexpr std::array codes{
    DocumentedCode{"update_cert", 200, "replaced across the entire cluster", both,
                   "no source describes the body of the answer", with_update_cert},
    DocumentedCode{"update_cert", 400, "invalid certificate", both,
                   "400 and 404 carry the same text on the reference page", with_update_cert},
    DocumentedCode{"update_cert", 403, "unknown certificate", both,
                   "403 is also what a role without the permission gets", with_update_cert},
    DocumentedCode{
        "update_cert", 404, "invalid certificate", "reference page",
        "absent from OpenAPI, and no source says what triggers it; 400 is accepted in its place",
        before_8},
    DocumentedCode{"update_cert", 406, "expired certificate", both, "", with_update_cert},
    DocumentedCode{"update_cert", 409, "not all nodes have been updated", both, "",
                   with_update_cert},
    DocumentedCode{"update_cert", 500, "internal server error", "OpenAPI",
                   "absent from the reference page", with_update_cert},
    DocumentedCode{"certificates", 200, "all of them replaced", both,
                   "no source describes the body of the answer", with_successor},
    DocumentedCode{"certificates", 400, "invalid certificate", both, "", with_successor},
    DocumentedCode{"certificates", 403, "unknown certificate", both,
                   "403 is also what a role without the permission gets", with_successor},
    DocumentedCode{"certificates", 406, "expired certificate", both, "", with_successor},
    DocumentedCode{"certificates", 409, "not all nodes have been updated", both, "",
                   with_successor},
    DocumentedCode{"certificates", 500, "internal server error", "OpenAPI",
                   "absent from the reference page", with_successor},
    DocumentedCode{"delete", 200, "removed from the cluster and from all nodes", both, "",
                   every_edition},
    DocumentedCode{"delete", 403, "required certificate", both, "", every_edition},
    DocumentedCode{"delete", 404, "unknown certificate", both, "", every_edition},
    DocumentedCode{"delete", 500, "error while deleting from disk", both, "", every_edition},
    DocumentedCode{"rotate", 200, "internal certificates regenerated", both, "", every_edition},
    DocumentedCode{"rotate", 400, "not all nodes have been updated", both,
                   "the update calls use 409 for the same", every_edition},
    DocumentedCode{"rotate", 403, "unsupported internal certificate rotation", both, "",
                   every_edition},
};

}  // namespace

std::span<const DocumentedCode> documented_codes() {
  return codes;
}

}  // namespace certdrill::conformance
