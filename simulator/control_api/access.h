// Who may drive the simulator: the checks before any control request is looked at.
//
// A page that is open in a browser on the same machine can send requests to loopback ports. It is
// refused by its Origin header, and, when it hides behind a name of its own that resolves to
// loopback (DNS rebinding), by its Host header. The one page that may is the control port's own:
// its Origin is the very host and port that it asks. On any other address than loopback a token is
// mandatory, which a page cannot know; Host may be any name there.
// Thread safety: immutable after construction.
#pragma once

#include <optional>
#include <string>

#include "simulator/engine/settings.h"
#include "simulator/http/call.h"

namespace certdrill::simulator {

bool is_loopback(const std::string& address);  // 127.0.0.0/8 or ::1, numeric

// nullopt: such a control port may be opened. Otherwise a sentence.
std::optional<std::string> check_access(const ControlAccess& access);

// nullopt: the request may go on. Otherwise 403: it comes from a foreign page.
std::optional<Answer> refuse_foreign_page(const ControlAccess& access, const Call& call);

// nullopt: the request may go on. Otherwise 401.
std::optional<Answer> refuse_without_token(const ControlAccess& access, const Call& call);

}  // namespace certdrill::simulator
