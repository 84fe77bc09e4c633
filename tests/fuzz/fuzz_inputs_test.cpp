// Every target with its seeds and with every input that was ever found, without any fuzzer: what was
// mended stays mended. And that the targets can find at all.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::fuzz {

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

class Targets : public ::testing::TestWithParam<Target> {};

TEST_P(Targets, FindNothingInTheirSeeds) {
  const auto seeds = GetParam().seeds();
  ASSERT_FALSE(seeds.empty());
  for (std::size_t i = 0; i < seeds.size(); ++i)
    EXPECT_NO_THROW(GetParam().run(seeds[i])) << "seed " << i + 1;
}

TEST_P(Targets, FindNothingInWhatIsCutOff) {
  GetParam().run("");
  for (const std::string& seed : GetParam().seeds()) {
    if (seed.size() > GetParam().longest_input) continue;
    EXPECT_NO_THROW(GetParam().run(std::string_view(seed).substr(0, seed.size() / 2)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Targets, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) {
                           std::string name(one.param.name);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(FoundInputs, AreFoundNoMore) {
  int replayed = 0;
  for (const auto& folder : std::filesystem::directory_iterator(CERTDRILL_FOUND_INPUTS)) {
    const Target* target = find_target(folder.path().filename().string());
    ASSERT_NE(target, nullptr) << folder.path() << " is named as no target";
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      EXPECT_NO_THROW(target->run(support::read_all(file.path()))) << file.path();
      ++replayed;
    }
  }
  EXPECT_GT(replayed, 0);
}

TEST(Oracle, KnowsAPairThatCannotBeServed) {
  const auto& all = samples();
  const auto made = [&](std::string_view id) {
    return std::ranges::find(all, id, &Sample::id)->made;
  };
  EXPECT_NO_THROW(expect(true, "well"));
  EXPECT_THROW(expect(false, "not well"), Finding);
  const auto good = made(fixtures::kUsualSibling);
  EXPECT_THROW(expect_servable_texts(*good.certificate, *made("valid/p256").key), Finding);
  EXPECT_NO_THROW(expect_servable_texts(*good.certificate, *good.key));
}

TEST(Input, ChoosesByLetters) {
  constexpr std::array kThree{1, 2, 3};
  Input input("ABCx");
  EXPECT_EQ(input.choose(kThree), 1);
  EXPECT_EQ(input.choose(kThree), 2);
  EXPECT_EQ(input.choose(kThree), 3);
  EXPECT_EQ(input.rest(), "x");
}

}  // namespace
}  // namespace certdrill::fuzz
