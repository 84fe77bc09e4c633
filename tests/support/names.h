// How GoogleTest prints parameters: by their names, not by their bytes.
#pragma once

#include <ostream>

#include "certs/issue/issue.h"
#include "certs/verdict/rules.h"
#include "contract/editions.h"

namespace certdrill::contract {

inline void PrintTo(Edition edition, std::ostream* out) {
  *out << to_string(edition);
}

}  // namespace certdrill::contract

namespace certdrill::certs {

inline void PrintTo(KeyType type, std::ostream* out) {
  *out << to_string(type);
}

inline void PrintTo(Strictness strictness, std::ostream* out) {
  *out << to_string(strictness);
}

}  // namespace certdrill::certs
