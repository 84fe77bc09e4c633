#include "simulator/exact_memo.h"

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

std::shared_ptr<const int> number(int value) {
  return std::make_shared<const int>(value);
}

TEST(ExactMemoTest, FindsWhatWasKeptForExactlyThisText) {
  ExactMemo<int> memo;
  EXPECT_EQ(memo.find("a"), nullptr);
  memo.keep("a", number(1));
  ASSERT_NE(memo.find("a"), nullptr);
  EXPECT_EQ(*memo.find("a"), 1);
  EXPECT_EQ(memo.find("a "), nullptr);
  EXPECT_EQ(memo.find(""), nullptr);
}

TEST(ExactMemoTest, TheTextThatWasNotAskedForLongestMakesRoom) {
  ExactMemo<int> memo;
  constexpr int kEntries = ExactMemo<int>::kEntries;
  for (int i = 0; i < kEntries; ++i) memo.keep(std::to_string(i), number(i));
  ASSERT_NE(memo.find("0"), nullptr);
  memo.keep("one more", number(99));
  EXPECT_NE(memo.find("0"), nullptr);
  EXPECT_EQ(memo.find("1"), nullptr);
  EXPECT_NE(memo.find("one more"), nullptr);
}

TEST(ExactMemoTest, ALongTextIsNotKept) {
  ExactMemo<int> memo;
  const std::string longest(ExactMemo<int>::kLongestText, 'x');
  memo.keep(longest, number(1));
  memo.keep(longest + "x", number(2));
  EXPECT_NE(memo.find(longest), nullptr);
  EXPECT_EQ(memo.find(longest + "x"), nullptr);
}

}  // namespace
}  // namespace certdrill::simulator
