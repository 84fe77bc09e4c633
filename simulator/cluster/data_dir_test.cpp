#include "simulator/cluster/data_dir.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "simulator/cluster/cluster.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::simulator {
namespace {

namespace fs = std::filesystem;
using contract::CertificateName;
using support::make_certificate;

const certs::Instant kOpenedAt = *certs::parse_instant("2026-06-01T12:00:00Z");

class DataDirTest : public ::testing::Test {
 protected:
  tl::expected<std::unique_ptr<Cluster>, std::string> open(
      int nodes = 2, const std::string& name = "cluster.local") {
    auto data_dir = DataDir::open(folder_);
    if (!data_dir) return tl::unexpected(data_dir.error());
    ClusterSettings settings{.name = name,
                             .node_addresses = std::vector<std::string>(nodes, "127.0.0.1")};
    return Cluster::open(settings, std::move(*data_dir), kOpenedAt);
  }

  std::string text(const fs::path& file) {
    return read_file(folder_ / file).value_or("(not there)");
  }
  static mode_t mode(const fs::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
  }

  const support::TemporaryFolder root_;
  const fs::path folder_ = root_.path() / "cluster";
  Mishaps mishaps_;
};

TEST_F(DataDirTest, TheFilesAreLaidOutAsTheProductDoesAndKeysAreSecret) {
  const auto cluster = open();
  ASSERT_TRUE(cluster.has_value()) << cluster.error();
  const auto api = (*(*cluster)->store())[CertificateName::api];
  EXPECT_EQ(text("node-1/api_cert.pem"), api->certificate_text);
  EXPECT_EQ(text("node-2/api_key.pem"), api->key_text);
  EXPECT_EQ(mode(folder_ / "node-1/api_key.pem"), 0600U);
  EXPECT_EQ(mode(folder_ / "store/api.json"), 0600U);
  EXPECT_EQ(mode(folder_ / "node-1/api_cert.pem"), 0644U);
}

TEST_F(DataDirTest, AnUpdateIsOnDiskByteForByteAndFoundAgain) {
  auto made = make_certificate({.now = kOpenedAt});
  made.certificate = "# a comment\r\n" + made.certificate + "no newline at the end";
  {
    auto cluster = open();
    ASSERT_TRUE(cluster.has_value()) << cluster.error();
    const Change change{CertificateName::proxy, made.certificate, made.key};
    ASSERT_TRUE((*cluster)->update({&change, 1}, kOpenedAt, mishaps_).has_value());
  }
  EXPECT_EQ(text("node-2/proxy_cert.pem"), made.certificate);
  const auto again = open();
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ((*again)->node(2).held(CertificateName::proxy)->certificate_text, made.certificate);
  EXPECT_EQ((*(*again)->store())[CertificateName::proxy]->key_text, made.key);
}

TEST_F(DataDirTest, ARemovedCertificateLeavesNoFile) {
  const auto cluster = open();
  const auto made = make_certificate({.now = kOpenedAt});
  const Change change{CertificateName::ldap_client, made.certificate, made.key};
  ASSERT_TRUE((*cluster)->update({&change, 1}, kOpenedAt, mishaps_).has_value());
  ASSERT_TRUE(fs::exists(folder_ / "node-1/ldap_client_key.pem"));
  ASSERT_TRUE((*cluster)->remove(CertificateName::ldap_client, kOpenedAt, mishaps_).has_value());
  EXPECT_FALSE(fs::exists(folder_ / "node-1/ldap_client_cert.pem"));
  EXPECT_FALSE(fs::exists(folder_ / "node-1/ldap_client_key.pem"));
  EXPECT_FALSE(fs::exists(folder_ / "store/ldap_client.json"));
}

// A folder in the place of a file cannot be replaced, whoever runs the test.
TEST_F(DataDirTest, AStoreThatCannotBeWrittenIsOneKindOfErrorAndChangesNothing) {
  const auto cluster = open();
  const auto made = make_certificate({.now = kOpenedAt});
  const auto change_of = [&](CertificateName name) {
    return Change{name, made.certificate, made.key};
  };
  const auto ldap = change_of(CertificateName::ldap_client);
  ASSERT_TRUE((*cluster)->update({&ldap, 1}, kOpenedAt, mishaps_).has_value());
  const auto before = (*cluster)->capture();
  const auto cm_before = text("store/cm.json");
  for (const char* name : {"proxy", "ldap_client", "ccs_internode_encryption"}) {
    const auto file = folder_ / "store" / (std::string(name) + ".json");
    fs::remove(file);
    fs::create_directory(file);
    std::ofstream(file / "in the way");
  }

  const std::vector<Change> two{change_of(CertificateName::cm), change_of(CertificateName::proxy)};
  const auto internode = CertificateName::ccs_internode_encryption;
  for (const auto& outcome : {(*cluster)->update(two, kOpenedAt, mishaps_),
                              (*cluster)->install_unchecked(two, kOpenedAt, mishaps_),
                              (*cluster)->remove(CertificateName::ldap_client, kOpenedAt, mishaps_),
                              (*cluster)->rotate_internode({&internode, 1}, kOpenedAt, mishaps_)}) {
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().why, Rejection::Why::store);
    EXPECT_NE(outcome.error().store_error.find(".json"), std::string::npos);
  }
  EXPECT_EQ((*cluster)->update(two, kOpenedAt, mishaps_).error().index, 1U);
  EXPECT_EQ(text("store/cm.json"), cm_before);
  const auto after = (*cluster)->capture();
  EXPECT_EQ(after.generation, before.generation);
  for (const auto& certificate : contract::cluster_certificates()) {
    EXPECT_EQ(after.store[certificate.name], before.store[certificate.name]);
    EXPECT_EQ(after.nodes[1].held[certificate.name], before.nodes[1].held[certificate.name]);
  }
}

// As on a full disk: the certificate can be written and its key cannot.
TEST_F(DataDirTest, ANodeThatIsReportedAsNotUpdatedHoldsTheOldPairAfterTheNextStart) {
  const auto made = make_certificate({.now = kOpenedAt});
  const auto obstacle = folder_ / "node-2/.proxy_key.pem.new";
  std::string held;
  {
    auto cluster = open();
    held = text("node-2/proxy_cert.pem");
    fs::create_directory(obstacle);
    const Change change{CertificateName::proxy, made.certificate, made.key};
    const auto rollout = (*cluster)->update({&change, 1}, kOpenedAt, mishaps_);
    ASSERT_TRUE(rollout.has_value());
    ASSERT_EQ(rollout->unreached.size(), 1U);
    EXPECT_EQ(rollout->unreached[0].uid, 2);
    EXPECT_EQ((*cluster)->node(2).held(CertificateName::proxy)->certificate_text, held);
  }
  EXPECT_FALSE(fs::exists(folder_ / "node-2/.proxy_cert.pem.new"));
  fs::remove(obstacle);
  const auto again = open();
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ((*again)->node(1).held(CertificateName::proxy)->certificate_text, made.certificate);
  EXPECT_EQ((*again)->node(2).held(CertificateName::proxy)->certificate_text, held);
  EXPECT_EQ(text("node-2/proxy_cert.pem"), held);
}

TEST_F(DataDirTest, AFileIsWrittenIntoThePresentFolderToo) {
  const fs::path before = fs::current_path();
  fs::current_path(root_.path());
  const auto written = write_file("ready.json", "{}", 0600);
  fs::current_path(before);
  ASSERT_TRUE(written.has_value()) << written.error();
  EXPECT_EQ(read_file(root_.path() / "ready.json").value_or(""), "{}");
}

TEST_F(DataDirTest, AHalfWrittenPairIsFinishedAtTheNextStart) {
  const auto made = make_certificate({.now = kOpenedAt});
  {
    auto cluster = open();
    const Change change{CertificateName::proxy, made.certificate, made.key};
    ASSERT_TRUE((*cluster)->update({&change, 1}, kOpenedAt, mishaps_).has_value());
  }
  // As a process leaves it that is killed between the two renames: the pending record is there, the
  // certificate is new, the key is still the old one.
  fs::copy_file(folder_ / "store/proxy.json", folder_ / "node-2/proxy.pending");
  fs::copy_file(folder_ / "node-2/api_key.pem", folder_ / "node-2/proxy_key.pem",
                fs::copy_options::overwrite_existing);
  const auto again = open();
  ASSERT_TRUE(again.has_value()) << again.error();
  const auto bundle = (*again)->node(2).held(CertificateName::proxy)->bundle;
  EXPECT_TRUE(bundle->key->matches(bundle->leaf()));
  EXPECT_EQ(text("node-2/proxy_key.pem"), made.key);
  EXPECT_FALSE(fs::exists(folder_ / "node-2/proxy.pending"));
}

TEST_F(DataDirTest, AnInterruptedCreationStartsAfresh) {
  { ASSERT_TRUE(open().has_value()); }
  fs::remove(folder_ / "cluster.json");  // written last, so its absence says "not complete"
  fs::remove(folder_ / "node-1/api_key.pem");
  const auto again = open();
  ASSERT_TRUE(again.has_value()) << again.error();
  const auto bundle = (*again)->node(1).held(CertificateName::api)->bundle;
  EXPECT_TRUE(bundle->key->matches(bundle->leaf()));
}

// Such a start was killed, and the next one wants fewer nodes.
TEST_F(DataDirTest, AnInterruptedCreationLeavesNoNodes) {
  { ASSERT_TRUE(open(3).has_value()); }
  fs::remove(folder_ / "cluster.json");
  { ASSERT_TRUE(open(2).has_value()); }
  const auto again = open(2);
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_FALSE(fs::exists(folder_ / "node-3"));
}

TEST_F(DataDirTest, AFolderThatHoldsSomethingElseIsNotTakenForANode) {
  fs::create_directories(folder_ / "node-1");
  std::ofstream(folder_ / "node-1/diary.txt") << "mine";
  const auto refused = open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("node-1"), std::string::npos) << refused.error();
  EXPECT_EQ(text("node-1/diary.txt"), "mine");
}

// As a process leaves it that is killed while nodes join: the folder is not yet in its place.
TEST_F(DataDirTest, ANodeThatWasHalfMadeIsMadeAgain) {
  { ASSERT_TRUE(open(2).has_value()); }
  fs::create_directory(folder_ / ".node-3.new");
  fs::copy_file(folder_ / "node-1/api_cert.pem", folder_ / ".node-3.new/api_cert.pem");
  { ASSERT_TRUE(open(2).has_value()); }
  EXPECT_FALSE(fs::exists(folder_ / ".node-3.new"));
  fs::create_directory(folder_ / ".node-3.new");
  fs::copy_file(folder_ / "node-1/api_cert.pem", folder_ / ".node-3.new/api_cert.pem");
  const auto grown = open(3);
  ASSERT_TRUE(grown.has_value()) << grown.error();
  for (const char* name : {"api", "proxy", "data_internode_encryption"}) {
    EXPECT_EQ(text(fs::path("node-3") / (std::string(name) + "_key.pem")),
              text(fs::path("node-1") / (std::string(name) + "_key.pem")));
  }
}

TEST_F(DataDirTest, WhatAKilledProcessHadNotPutInPlaceIsTakenAwayAtTheNextStart) {
  { ASSERT_TRUE(open().has_value()); }
  for (const char* file : {"node-2/.proxy_key.pem.new", "node-1/.api.pending.new",
                           "store/.proxy.json.new", ".cluster.json.new"}) {
    std::ofstream(folder_ / file) << "a key, perhaps";
  }
  { ASSERT_TRUE(open().has_value()); }
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    EXPECT_FALSE(entry.path().string().ends_with(".new")) << entry.path();
}

// What is told is what is there, now and after the next start.
TEST_F(DataDirTest, ARestorationThatCannotBeWrittenLeavesAllAsItWas) {
  const auto made = make_certificate({.now = kOpenedAt});
  const auto obstacle = folder_ / "node-2/.proxy_key.pem.new";
  {
    auto cluster = open();
    const auto first = (*cluster)->capture();
    std::vector<Change> changes;
    for (const auto name :
         {CertificateName::cm, CertificateName::proxy, CertificateName::ldap_client})
      changes.push_back({name, made.certificate, made.key});
    ASSERT_TRUE((*cluster)->update(changes, kOpenedAt, mishaps_).has_value());
    const auto before = (*cluster)->capture();
    fs::create_directory(obstacle);
    const auto restored = (*cluster)->restore(first);
    ASSERT_FALSE(restored.has_value());
    EXPECT_NE(restored.error().find("node-2"), std::string::npos) << restored.error();
    const auto after = (*cluster)->capture();
    EXPECT_EQ(after.generation, before.generation);
    for (const auto& certificate : contract::cluster_certificates()) {
      EXPECT_EQ(after.store[certificate.name], before.store[certificate.name]);
      for (const int node : {0, 1}) {
        EXPECT_EQ(after.nodes[node].held[certificate.name],
                  before.nodes[node].held[certificate.name]);
      }
    }
  }
  fs::remove(obstacle);
  const auto again = open();
  ASSERT_TRUE(again.has_value()) << again.error();
  for (const auto name :
       {CertificateName::cm, CertificateName::proxy, CertificateName::ldap_client}) {
    EXPECT_EQ((*(*again)->store())[name]->certificate_text, made.certificate);
    EXPECT_EQ((*again)->node(1).held(name)->certificate_text, made.certificate);
    EXPECT_EQ((*again)->node(2).held(name)->certificate_text, made.certificate);
  }
}

TEST_F(DataDirTest, NewNodesGetCopiesWhenTheyJoin) {
  { ASSERT_TRUE(open(2).has_value()); }
  const auto grown = open(3);
  ASSERT_TRUE(grown.has_value()) << grown.error();
  EXPECT_EQ(text("node-3/api_cert.pem"), text("node-1/api_cert.pem"));
}

TEST_F(DataDirTest, MistakesAreRefusedWithAWayOut) {
  const auto first = open(3);
  ASSERT_TRUE(first.has_value());
  EXPECT_NE(open(3).error().find("in use by another simulator"), std::string::npos);
}

TEST_F(DataDirTest, AnotherClustersFolderIsRefused) {
  { ASSERT_TRUE(open(3).has_value()); }
  EXPECT_NE(open(3, "other.local").error().find("--cluster-name cluster.local"), std::string::npos);
  EXPECT_NE(open(2).error().find("at least --nodes 3"), std::string::npos);
}

TEST_F(DataDirTest, ADamagedStoreIsNamedAndNotOverwritten) {
  { ASSERT_TRUE(open().has_value()); }
  std::ofstream(folder_ / "store/api.json") << "{}";
  const auto again = open();
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().find("store/api.json"), std::string::npos) << again.error();
  EXPECT_EQ(text("store/api.json"), "{}");
}

}  // namespace
}  // namespace certdrill::simulator
