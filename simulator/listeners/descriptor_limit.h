// How many sockets this process may have open.
//
// Thread safety: any thread; the limit is the whole process's.
#pragma once

#include <cstddef>

namespace certdrill::simulator {

// Raises the soft limit of open files to the hard one, and returns what is in force then. For
// programs to call at their start: a thousand nodes need some five thousand sockets.
std::size_t raise_descriptor_limit();

}  // namespace certdrill::simulator
