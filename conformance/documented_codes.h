// Every status code that the contract documents for the calls that change certificates: what it
// means, where that is written, and where the sources disagree.
//
// Source: CONTRACT, "The endpoint that the project exists for" and "Its neighbours".
// Thread safety: constant data.
#pragma once

#include <span>
#include <string_view>

#include "conformance/edition.h"

namespace certdrill::conformance {

struct DocumentedCode {
  std::string_view
      call;  // "update_cert", "certificates", "delete", "rotate": the first part of case ids
  int status;
  std::string_view meaning;
  std::string_view where;         // which of the sources has it
  std::string_view disagreement;  // empty when they agree
  Editions editions;
};

std::span<const DocumentedCode> documented_codes();

}  // namespace certdrill::conformance
