// An HTTPS server that answers every request with one status and one body: what the suite must not
// believe.
//
// Thread safety: one owner.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace httplib {
class SSLServer;
}

namespace certdrill::support {

class StubServer {
 public:
  StubServer(int status, std::string body);
  StubServer(const StubServer&) = delete;
  StubServer& operator=(const StubServer&) = delete;
  ~StubServer();

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<httplib::SSLServer> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace certdrill::support
