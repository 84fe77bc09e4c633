#include "simulator/cluster/data_dir.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "simulator/cluster/cluster.h"
#include "tests/support/certificates.h"

namespace certdrill::simulator {
namespace {

namespace fs = std::filesystem;
using contract::CertificateName;
using support::make_certificate;

const certs::Instant kNow = *certs::parse_instant("2026-06-01T12:00:00Z");

class DataDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "certdrill-data-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    folder_ = root_ / "cluster";
  }
  void TearDown() override { fs::remove_all(root_); }

  tl::expected<std::unique_ptr<Cluster>, std::string> open(
      int nodes = 2, const std::string& name = "cluster.local") {
    auto data_dir = DataDir::open(folder_);
    if (!data_dir) return tl::unexpected(data_dir.error());
    ClusterSettings settings{.name = name,
                             .node_addresses = std::vector<std::string>(nodes, "127.0.0.1")};
    return Cluster::open(settings, std::move(*data_dir), kNow);
  }

  std::string text(const fs::path& file) {
    return read_file(folder_ / file).value_or("(not there)");
  }
  static mode_t mode(const fs::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
  }

  fs::path root_;
  fs::path folder_;
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
  auto made = make_certificate({.now = kNow});
  made.certificate = "# a comment\r\n" + made.certificate + "no newline at the end";
  {
    auto cluster = open();
    ASSERT_TRUE(cluster.has_value()) << cluster.error();
    const Change change{CertificateName::proxy, made.certificate, made.key};
    ASSERT_TRUE((*cluster)->update({&change, 1}, kNow, mishaps_).has_value());
  }
  EXPECT_EQ(text("node-2/proxy_cert.pem"), made.certificate);
  const auto again = open();
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ((*again)->node(2).held(CertificateName::proxy)->certificate_text, made.certificate);
  EXPECT_EQ((*(*again)->store())[CertificateName::proxy]->key_text, made.key);
}

TEST_F(DataDirTest, ARemovedCertificateLeavesNoFile) {
  const auto cluster = open();
  const auto made = make_certificate({.now = kNow});
  const Change change{CertificateName::ldap_client, made.certificate, made.key};
  ASSERT_TRUE((*cluster)->update({&change, 1}, kNow, mishaps_).has_value());
  ASSERT_TRUE(fs::exists(folder_ / "node-1/ldap_client_key.pem"));
  ASSERT_TRUE((*cluster)->remove(CertificateName::ldap_client, kNow, mishaps_).has_value());
  EXPECT_FALSE(fs::exists(folder_ / "node-1/ldap_client_cert.pem"));
  EXPECT_FALSE(fs::exists(folder_ / "node-1/ldap_client_key.pem"));
  EXPECT_FALSE(fs::exists(folder_ / "store/ldap_client.json"));
}

TEST_F(DataDirTest, AHalfWrittenPairIsFinishedAtTheNextStart) {
  const auto made = make_certificate({.now = kNow});
  {
    auto cluster = open();
    const Change change{CertificateName::proxy, made.certificate, made.key};
    ASSERT_TRUE((*cluster)->update({&change, 1}, kNow, mishaps_).has_value());
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
