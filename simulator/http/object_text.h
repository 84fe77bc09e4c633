// The JSON text of one object, written member by member in the order of the calls, without a
// document in between.
//
// For what is asked for again and again: building a document of GET /v1/nodes and writing it out
// was more than half of what such a request cost. Everything else uses nlohmann's.
// Thread safety: none; one thread writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace certdrill::simulator {

class ObjectText {
 public:
  // Appends to `out`, which must outlive it; the closing brace comes with the end of its life.
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectText() { out_ += '}'; }
  ObjectText(const ObjectText&) = delete;
  ObjectText& operator=(const ObjectText&) = delete;

  // Keys are written as they are. REQUIRES: nothing in them must be escaped.
  // A value that is no UTF-8 has U+FFFD where it is none.
  ObjectText& string(std::string_view key, std::string_view value);
  ObjectText& number(std::string_view key, std::int64_t value);
  ObjectText& boolean(std::string_view key, bool value);
  ObjectText& json(std::string_view key, std::string_view value);  // JSON text already

 private:
  void begin_member(std::string_view key);

  std::string& out_;
  bool first_ = true;
};

}  // namespace certdrill::simulator
