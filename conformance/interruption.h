// SIGINT and SIGTERM, noted and nothing more: the request in flight is waited for (an abandoned
// update could take effect after the restoration), then the remaining cases are skipped and the
// cluster is put back.
//
// Thread safety: interrupted() from any thread.
#pragma once

namespace certdrill::conformance {

void watch_signals();  // once, from main; also ignores SIGPIPE
bool interrupted();

}  // namespace certdrill::conformance
