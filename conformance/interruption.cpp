#include "conformance/interruption.h"

#include <csignal>

namespace certdrill::conformance {
namespace {

volatile std::sig_atomic_t noted = 0;

extern "C" void note(int /*signal*/) {
  noted = 1;
}

}  // namespace

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() {
  return noted != 0;
}

}  // namespace certdrill::conformance
