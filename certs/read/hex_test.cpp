#include "certs/read/hex.h"

#include <array>

#include <gtest/gtest.h>

namespace certdrill::certs {
namespace {

TEST(Hex, WritesTwoDigitsForEveryByte) {
  constexpr std::array<unsigned char, 6> bytes{0x00, 0x09, 0x0a, 0x7f, 0xb0, 0xff};
  EXPECT_EQ(lower_hex(bytes), "00090a7fb0ff");
  EXPECT_EQ(upper_hex(bytes), "00090A7FB0FF");
}

TEST(Hex, NothingOfNothing) {
  EXPECT_EQ(lower_hex({}), "");
  EXPECT_EQ(upper_hex({}), "");
}

}  // namespace
}  // namespace certdrill::certs
