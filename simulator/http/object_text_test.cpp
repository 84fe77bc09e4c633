#include "simulator/http/object_text.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace certdrill::simulator {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  ObjectText(out).string("", text);
  constexpr std::string_view before = "{\"\":";
  return out.substr(before.size(), out.size() - before.size() - 1);  // and the closing brace
}

TEST(ObjectText, AnObjectWithoutMembers) {
  std::string out = "before ";
  { const ObjectText object(out); }
  EXPECT_EQ(out, "before {}");
}

TEST(ObjectText, MembersStandInTheOrderOfTheCalls) {
  std::string out;
  ObjectText(out)
      .string("name", "node")
      .number("least", std::numeric_limits<std::int64_t>::min())
      .boolean("up", true)
      .boolean("down", false)
      .json("list", "[]");
  EXPECT_EQ(out,
            R"({"name":"node","least":-9223372036854775808,"up":true,"down":false,"list":[]})");
}

// Held against the library, byte by byte.
TEST(ObjectText, EveryByteIsEscapedAsTheLibraryDoes) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("a") + static_cast<char>(byte) + "z";
    EXPECT_EQ(json_string(text),
              nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
        << byte;
  }
}

TEST(ObjectText, Utf8IsLeftAsItIs) {
  EXPECT_EQ(json_string("Zürich"), "\"Zürich\"");
}

}  // namespace
}  // namespace certdrill::simulator
