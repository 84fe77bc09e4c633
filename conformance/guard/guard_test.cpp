#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/guard/journal.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Backup example_backup() {
  Backup backup;
  backup.cluster = "cluster.test";
  backup.target = "https://10.0.0.1:9443";
  backup.edition = contract::Edition::v8_0;
  backup.nodes = {node_at(1, {"https", "10.0.0.1", 9443}), node_at(2, {"https", "10.0.0.2", 9443})};
  backup.names = {"proxy", "ldap_client"};
  backup.held = {{"proxy", {"certificate\n", "key\n"}}};
  backup.heal_command = "heal me";
  return backup;
}

class GuardJournalTest : public ::testing::Test {
 protected:
  support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "c.journal";
};

TEST_F(GuardJournalTest, ReadsBackWhatItWrote) {
  { ASSERT_TRUE(GuardJournal::create(file_, example_backup()).has_value()); }
  const auto contents = GuardJournal::read(file_);
  ASSERT_TRUE(contents.has_value()) << contents.error();
  EXPECT_EQ(contents->backup.cluster, "cluster.test");
  EXPECT_EQ(contents->backup.edition, contract::Edition::v8_0);
  EXPECT_EQ(contents->backup.held, example_backup().held);
  EXPECT_EQ(contents->backup.names, example_backup().names);
  EXPECT_EQ(contents->backup.heal_command, "heal me");
  EXPECT_EQ(contents->backup.nodes.at(1).metrics, example_backup().nodes.at(1).metrics);
}

TEST_F(GuardJournalTest, IsForItsOwnerOnly) {
  const auto journal = GuardJournal::create(file_, example_backup());
  struct stat status {};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
}

TEST_F(GuardJournalTest, KnowsWhichNodesAreDown) {
  auto journal = GuardJournal::create(file_, example_backup());
  ASSERT_TRUE(journal->note_node(1, false).has_value());
  ASSERT_TRUE(journal->note_node(2, false).has_value());
  ASSERT_TRUE(journal->note_node(1, true).has_value());
  EXPECT_THAT(GuardJournal::read(file_)->nodes_down, ElementsAre(2));
}

TEST_F(GuardJournalTest, NeverReplacesAnother) {
  ASSERT_TRUE(GuardJournal::create(file_, example_backup()).has_value());
  EXPECT_FALSE(GuardJournal::create(file_, example_backup()).has_value());
}

TEST_F(GuardJournalTest, SurvivesALastLineThatWasCutOff) {
  { ASSERT_TRUE(GuardJournal::create(file_, example_backup())->note_node(2, false).has_value()); }
  std::ofstream(file_, std::ios::app) << R"({"event":"node_)";
  EXPECT_THAT(GuardJournal::read(file_)->nodes_down, ElementsAre(2));
}

// A run that was killed while it wrote the backup has changed nothing.
TEST_F(GuardJournalTest, WhatWasNotYetAJournalKeepsNobodyOut) {
  folder_.write("c.journal.new", R"({"format":1,"held":{"proxy":{"key":"SEC)");
  const auto journal = GuardJournal::create(file_, example_backup());
  ASSERT_TRUE(journal.has_value()) << journal.error();
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "c.journal.new"));
  EXPECT_EQ(GuardJournal::read(file_)->backup.cluster, "cluster.test");
}

TEST_F(GuardJournalTest, PassesOverLinesThatAreNoEvents) {
  ASSERT_TRUE(GuardJournal::create(file_, example_backup()).has_value());
  std::ofstream(file_, std::ios::app) << R"({"event":"node_down","uid":"2"})"
                                      << "\n{\"event\":7,\"uid\":2}\n[1]\n"
                                      << R"({"event":"node_down","uid":1})"
                                      << "\n";
  const auto contents = GuardJournal::read(file_);
  ASSERT_TRUE(contents.has_value()) << contents.error();
  EXPECT_THAT(contents->nodes_down, ElementsAre(1));
}

TEST_F(GuardJournalTest, RefusesABackupThatWasCutOffWithoutRepeatingIt) {
  folder_.write("c.journal", R"({"format":1,"held":{"proxy":{"key":"SECRET)");
  const auto contents = GuardJournal::read(file_);
  ASSERT_FALSE(contents.has_value());
  EXPECT_THAT(contents.error(), HasSubstr("not a complete backup"));
  EXPECT_THAT(contents.error(), ::testing::Not(HasSubstr("SECRET")));
}

TEST_F(GuardJournalTest, LocksOutASecondRun) {
  const std::filesystem::path lock = folder_.path() / "state/c.lock";
  {
    const auto first = RunLock::take(lock);
    ASSERT_TRUE(first.has_value()) << first.error();
    const auto second = RunLock::take(lock);
    ASSERT_FALSE(second.has_value());
    EXPECT_THAT(second.error(), HasSubstr("process " + std::to_string(::getpid())));
  }
  EXPECT_TRUE(RunLock::take(lock).has_value());
}

}  // namespace
}  // namespace certdrill::conformance
