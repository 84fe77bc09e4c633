#include "certs/verdict/exact_memo.h"

#include <gtest/gtest.h>

namespace certdrill::certs {
namespace {

using Made = tl::expected<int, std::string>;

class ExactMemoTest : public ::testing::Test {
 protected:
  // How often a value was made in all, after this one was asked for.
  int ask(const std::string& text) {
    EXPECT_EQ(**memo_.find_or_make(text, [&] { return make(text); }), value_of(text));
    return made_;
  }
  bool remembers(const std::string& text) {
    const int before = made_;
    return ask(text) == before;
  }

  static int value_of(const std::string& text) { return static_cast<int>(text.size()); }
  Made make(const std::string& text) {
    ++made_;
    return value_of(text);
  }

  ExactMemo<int> memo_;
  int made_ = 0;
};

TEST_F(ExactMemoTest, ATextThatCameTwiceIsRemembered) {
  EXPECT_EQ(ask("a"), 1);
  EXPECT_EQ(ask("a"), 2);
  EXPECT_EQ(ask("a"), 2);
  EXPECT_EQ(ask("a"), 2);
}

TEST_F(ExactMemoTest, ExactlyThisText) {
  ask("a");
  ask("a");
  EXPECT_EQ(ask("a "), 3);
  EXPECT_EQ(ask(""), 4);
}

// Wherever it is, also where the hash does not look.
TEST_F(ExactMemoTest, EveryByteOfALongTextCounts) {
  const std::string text(2000, 'x');
  ask(text);
  ask(text);
  ASSERT_TRUE(remembers(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string other = text;
    other[at] = 'y';
    const int before = made_;
    ASSERT_EQ(ask(other), before + 1) << at;
    ASSERT_TRUE(remembers(text)) << at;
  }
}

TEST_F(ExactMemoTest, TheTextThatWasNotAskedForLongestMakesRoom) {
  constexpr int kEntries = ExactMemo<int>::kEntries;
  for (int time = 0; time < 2; ++time)
    for (int i = 0; i < kEntries; ++i) ask(std::to_string(i));
  EXPECT_TRUE(remembers("0"));
  ask("one more");
  ask("one more");
  EXPECT_TRUE(remembers("one more"));
  EXPECT_TRUE(remembers("0"));
  EXPECT_FALSE(remembers("1"));
}

TEST_F(ExactMemoTest, ATextThatCameOnceTooLongAgoIsNew) {
  ask("a");
  for (std::size_t i = 0; i < ExactMemo<int>::kCandidates; ++i) ask(std::to_string(i));
  EXPECT_FALSE(remembers("a"));
  EXPECT_FALSE(remembers("a")) << "that was the second time at most";
  EXPECT_TRUE(remembers("a"));
}

TEST_F(ExactMemoTest, ALongTextIsNotKept) {
  const std::string longest(ExactMemo<int>::kLongestText, 'x');
  for (int time = 0; time < 2; ++time) {
    ask(longest);
    ask(longest + "x");
  }
  EXPECT_TRUE(remembers(longest));
  EXPECT_FALSE(remembers(longest + "x"));
}

TEST_F(ExactMemoTest, AnErrorIsNotKept) {
  const auto fails = [this]() -> Made {
    ++made_;
    return tl::unexpected(std::string("no"));
  };
  for (int time = 1; time <= 4; ++time) {
    EXPECT_EQ(memo_.find_or_make("a", fails).error(), "no");
    EXPECT_EQ(made_, time);
  }
  EXPECT_FALSE(remembers("a"));
}

}  // namespace
}  // namespace certdrill::certs
