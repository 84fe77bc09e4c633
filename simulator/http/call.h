// One HTTP request, as a face of the simulator sees it: read completely, and free of any HTTP
// library. A face is whatever answers calls: the REST API, the control API, a node's pages.
//
// Thread safety: a Call belongs to the thread that answers it. Its views stay valid until the face
// has returned; a Stream must keep what it needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "contract/endpoints.h"
#include "simulator/http/answer.h"

namespace certdrill::simulator {

// What is known of one accepted connection before anything was read from it.
struct ConnectionInfo {
  std::uint64_t id = 0;   // unique within one Listeners object, never 0, never used again
  std::uint32_t tag = 0;  // of its listener, as given in ListenerSpec (the node's uid)
  int role = 0;           // of its listener, as given in ListenerSpec; opaque here
  std::string peer;       // numeric address of the client, "127.0.0.1" or "::1"
  std::uint16_t peer_port = 0;
  std::string local;  // numeric address that the client connected to
  std::uint16_t local_port = 0;
  std::chrono::steady_clock::time_point accepted;
};

// Who brought the call, and waits with it: the listeners.
class CallHost {
 public:
  virtual ~CallHost() = default;

  // From here on this call may wait (for a lock, the disk, an imitated delay): others are served
  // by another thread meanwhile.
  virtual void may_block() = 0;
  // As may_block(). False: the server stopped before the time was over.
  virtual bool sleep_for(std::chrono::nanoseconds duration) = 0;
  virtual bool client_gone() const = 0;  // hung up, or its listener was paused
  virtual bool stopping() const = 0;
};

// The header fields, in the order in which they came.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields)
      : fields_(fields) {}

  void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  // Instead of what was there. The value must live as long as the call.
  void set(std::string_view name, std::string_view value);
  // The first one of that name, in whatever case.
  std::optional<std::string_view> find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string_view>> fields_;
};

// What was sent, and its JSON: parsed when it is first asked for, and once for all that ask.
class Body {
 public:
  using Json = tl::expected<nlohmann::json, std::string>;

  Body() = default;
  Body(std::string_view text) : text_(text) {}         // NOLINT(google-explicit-constructor)
  Body(const std::string& text) : text_(text) {}       // NOLINT(google-explicit-constructor)
  Body(std::string&& text) = delete;                   // it would be gone
  Body(const char* text) : text_(text) {}              // NOLINT(google-explicit-constructor)
  operator std::string_view() const { return text_; }  // NOLINT(google-explicit-constructor)

  std::string_view text() const { return text_; }
  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }

  // Strictly, as http/json.h has it; or the clause that says what is wrong with it.
  const Json& json() const;
  // As json(), and it must be an object.
  const Json& object() const;
  const nlohmann::json& fields() const;  // REQUIRES: object() has a value

 private:
  struct Parsed;

  const Parsed& parsed() const;

  std::string_view text_;
  mutable std::shared_ptr<const Parsed> parsed_;  // shared by the copies of a call
};

struct Call {
  std::string_view method;  // "PUT"
  std::string_view path;    // "/v1/cluster/update_cert", decoded, without the query
  std::multimap<std::string, std::string> query{};
  Headers headers{};
  Body body{};
  ConnectionInfo connection{.tag = 1};
  CallHost* host = nullptr;  // null: nobody waits (in tests)

  // The REST API's endpoint that is addressed, in whatever edition; null: none. It is looked for
  // once: a copy with another method or path must begin with `matched` empty.
  const contract::Endpoint* endpoint() const;
  struct Matched {
    bool known = false;
    const contract::Endpoint* endpoint = nullptr;
  };
  mutable Matched matched{};

  int node() const { return static_cast<int>(connection.tag); }  // uid of the one that was called
  std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }
  void may_block() const {
    if (host != nullptr) host->may_block();
  }
};

// For pages: OPTIONS, or 405 as plain text; nullopt: it is a GET or HEAD.
std::optional<Answer> refuse_all_but_get(const Call& call);

// Called from many threads at once. An exception becomes a 500 in the documented error shape.
using Face = std::function<Answer(const Call&)>;

}  // namespace certdrill::simulator
