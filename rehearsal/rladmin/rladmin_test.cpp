// The program as scripts call it, against a real simulator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rehearsal/rladmin/words.h"
#include "tests/support/process.h"
#include "tests/support/rest_client.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::rladmin {
namespace rladmin_test {

using simulator::Simulator;
using simulator::SimulatorSettings;
using support::MadeCertificate;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Finished {
  int exit_code = 0;
  std::string output;  // and standard error
};

// A cluster of today, since the program verifies by the system's clock.
class RladminRun {
 public:
  explicit RladminRun(SimulatorSettings settings = {}) {
    settings.ports = simulator::PortPlan::free_ports;
    cluster_ = *Simulator::start(std::move(settings));
    write("ca.pem", cluster_->ready().ca);
  }

  Simulator& cluster() { return *cluster_; }

  std::string write(const std::string& name, const std::string& text) const {
    return folder_.write(name, text);
  }

  Finished run(std::vector<std::string> words) const {
    const auto& ready = cluster_->ready();
    words.insert(words.begin(), CERTDRILL_RLADMIN_PROGRAM);
    words.insert(words.end(), {"--verify-as", ready.cluster});
    support::Process process(
        words, {"CERTDRILL_URL=" + ready.nodes[0].rest, "CERTDRILL_USERNAME=" + ready.username,
                "CERTDRILL_PASSWORD=" + ready.password,
                "CERTDRILL_CA=" + (folder_.path() / "ca.pem").string()});
    auto output = process.read_rest();
    return {process.wait(), std::move(output)};
  }

  Finished set(const std::string& name, const MadeCertificate& made) const {
    return run({"cluster", "certificate", "set", name, "certificate_file",
                write("new.pem", made.certificate), "key_file", write("new.key", made.key)});
  }

  // CPINE gets `control_plane`, DPINE `data_plane`.
  Finished set_internal(const MadeCertificate& control_plane,
                        const MadeCertificate& data_plane) const {
    return run({"cluster", "certificate", "set", "internal",  //
                "dpine_certificate_file", write("d.pem", data_plane.certificate), "dpine_key_file",
                write("d.key", data_plane.key),  //
                "cpine_certificate_file", write("c.pem", control_plane.certificate),
                "cpine_key_file", write("c.key", control_plane.key)});
  }

  static MadeCertificate made(std::uint64_t serial) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return support::make_certificate({.now = now, .serial = serial});
  }

  nlohmann::json stored() const {
    return nlohmann::json::parse(
        support::RestClient(cluster_->ready(), 1).get("/v1/cluster/certificates").body);
  }

  std::vector<std::string> presented() const {
    std::vector<std::string> fingerprints;
    for (const auto& node : cluster_->ready().nodes)
      fingerprints.push_back(support::presented_fingerprint(node.database).value_or(""));
    return fingerprints;
  }

  std::vector<std::string> paths_of_changes() const {
    std::vector<std::string> paths;
    for (const auto& request : cluster_->requests()) {
      if (request.method == "PUT") paths.push_back(request.path);
    }
    return paths;
  }

 private:
  support::TemporaryFolder folder_;
  std::unique_ptr<Simulator> cluster_;
};

constexpr auto kUpdateCert = "/v1/cluster/update_cert";
constexpr auto kSuccessor = "/v1/cluster/certificates";

TEST(Rladmin, ReplacesACertificateOnEveryNodeAndSaysSoInTheDocumentedWords) {
  RladminRun rladmin;
  const auto made = RladminRun::made(1);
  const auto file = rladmin.write("new.pem", made.certificate);
  const auto done = rladmin.set("proxy", made);
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_EQ(done.output, "Set proxy certificate to contents of file " + file + "\n");
  EXPECT_THAT(rladmin.presented(), Each(made.fingerprint));
}

TEST(Rladmin, WithoutAKeyFileTheInstalledKeyStays) {
  RladminRun rladmin;
  ASSERT_EQ(rladmin.set("proxy", RladminRun::made(1)).exit_code, 0);
  const auto renewed = RladminRun::made(2);  // of the same key
  const auto done = rladmin.run({"cluster", "certificate", "set", "proxy", "certificate_file",
                                 rladmin.write("new.pem", renewed.certificate)});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_THAT(rladmin.presented(), Each(renewed.fingerprint));
}

TEST(Rladmin, InternalReplacesBothInternodeCertificatesEachByItsOwnFiles) {
  RladminRun rladmin;
  const auto done = rladmin.set_internal(RladminRun::made(1), RladminRun::made(2));
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.output, AllOf(HasSubstr("Set data_internode_encryption certificate"),
                                 HasSubstr("Set ccs_internode_encryption certificate")));
  EXPECT_EQ(rladmin.stored()["ccs_internode_encryption_cert"], RladminRun::made(1).certificate);
  EXPECT_EQ(rladmin.stored()["data_internode_encryption_cert"], RladminRun::made(2).certificate);
  EXPECT_THAT(rladmin.paths_of_changes(), ElementsAre(kSuccessor));
}

TEST(Rladmin, UsesTheCallThatTheEditionHas) {
  RladminRun next({.edition = contract::Edition::next});
  EXPECT_EQ(next.set("proxy", RladminRun::made(1)).exit_code, 0);
  EXPECT_THAT(next.presented(), Each(RladminRun::made(1).fingerprint));
  RladminRun old({.edition = contract::Edition::v7_8});
  EXPECT_EQ(old.set_internal(RladminRun::made(1), RladminRun::made(2)).exit_code, 0);
  EXPECT_THAT(old.paths_of_changes(), ElementsAre(kSuccessor, kUpdateCert, kUpdateCert));
}

TEST(Rladmin, AFailureExitsWithOneAndTheClustersOwnReason) {
  RladminRun rladmin({.drills = {"partial-node-failure"}});
  const auto done = rladmin.set("proxy", RladminRun::made(1));
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.output, AllOf(HasSubstr("rladmin: 409 not_all_nodes_updated: "),
                                 HasSubstr("not node 3"), Not(HasSubstr("Set proxy"))));
}

TEST(Rladmin, FollowsARedirectToAnotherNodeOfTheClusterAlone) {
  RladminRun rladmin({.drills = {"redirect-from-primary"}});
  const auto made = RladminRun::made(1);
  const auto done = rladmin.set("proxy", made);
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_THAT(rladmin.presented(), Each(made.fingerprint));
  EXPECT_THAT(rladmin.paths_of_changes(), ElementsAre(kUpdateCert, kUpdateCert));
}

TEST(Rladmin, WhetherANameExistsIsTheClustersToSay) {
  RladminRun rladmin;
  const auto done = rladmin.set("proxy_cert", RladminRun::made(1));
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.output,
              AllOf(HasSubstr("403 unknown_certificate"), HasSubstr("did you mean 'proxy'?")));
}

TEST(Rladmin, A404OfACertificateIsNoReasonForAnotherCall) {
  RladminRun rladmin;
  const auto done = rladmin.set("proxy", {.certificate = "no PEM", .key = "", .fingerprint = ""});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.output, HasSubstr("404 certificate_not_found"));
  EXPECT_THAT(rladmin.paths_of_changes(), ElementsAre(kUpdateCert));
}

TEST(Rladmin, NothingIsSentToAServerThatDoesNotVerify) {
  RladminRun rladmin;
  rladmin.write("ca.pem", RladminRun::made(1).certificate);
  const auto before = rladmin.cluster().requests().size();
  const auto done = rladmin.set("proxy", RladminRun::made(1));
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.output, HasSubstr("could not be verified"));
  EXPECT_EQ(rladmin.cluster().requests().size(), before);
}

TEST(Rladmin, AFileThatCannotBeReadIsNamedAndNothingIsSent) {
  RladminRun rladmin;
  const auto done = rladmin.run(
      {"cluster", "certificate", "set", "proxy", "certificate_file", "/nowhere/proxy.pem"});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.output, HasSubstr("cannot read /nowhere/proxy.pem"));
  const auto folder =
      rladmin.run({"cluster", "certificate", "set", "proxy", "certificate_file", "/tmp"});
  EXPECT_EQ(folder.exit_code, 1);
  EXPECT_THAT(folder.output, HasSubstr("cannot read /tmp"));
  EXPECT_THAT(rladmin.paths_of_changes(), IsEmpty());
}

TEST(Rladmin, UnknownOptionsAndWordsAreBadUse) {
  RladminRun rladmin;
  const auto option = rladmin.run({"cluster", "certificate", "set", "--user", "me"});
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_THAT(option.output, HasSubstr("unknown option '--user' (did you mean '--username'?)"));
  const auto word = rladmin.run({"cluster", "certificates", "set", "proxy"});
  EXPECT_EQ(word.exit_code, 2);
  EXPECT_THAT(word.output, HasSubstr("unknown word 'certificates' (did you mean 'certificate'?)"));
}

std::string refusal(const std::vector<std::string>& words) {
  const auto read = read_words(words);
  return read ? "" : read.error();
}

TEST(RladminWords, TheFilesMayComeInAnyOrder) {
  const auto read = read_words(
      {"cluster", "certificate", "set", "cm", "key_file", "k.pem", "certificate_file", "c.pem"});
  ASSERT_TRUE(read.has_value()) << read.error();
  ASSERT_EQ(read->size(), 1);
  EXPECT_EQ(read->front().name, "cm");
  EXPECT_EQ(read->front().certificate_file, "c.pem");
  EXPECT_EQ(read->front().key_file, "k.pem");
}

TEST(RladminWords, WhatIsWrongIsNamed) {
  EXPECT_THAT(refusal({}), HasSubstr("'cluster' is missing"));
  EXPECT_THAT(refusal({"status", "nodes"}), HasSubstr("unknown word 'status'"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set"}), HasSubstr("name is missing"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "api"}),
              HasSubstr("certificate_file is missing"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "api", "cert_file", "f"}),
              HasSubstr("unknown word 'cert_file'"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "api", "keyfile", "f"}),
              HasSubstr("did you mean 'key_file'?"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "api", "certificate_file"}),
              HasSubstr("after certificate_file comes a file"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "api", "key_file", "a", "key_file", "b"}),
              HasSubstr("key_file is given twice"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "internal", "dpine_certificate_file", "a"}),
              HasSubstr("dpine_key_file is missing"));
  EXPECT_THAT(refusal({"cluster", "certificate", "set", "internal", "certificate_file", "a"}),
              HasSubstr("unknown word 'certificate_file'"));
}

}  // namespace rladmin_test
}  // namespace certdrill::rladmin
