// Debian's own Prometheus scrapes a node, and its expiry alert fires when the cluster's clock
// moves.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::RunningSimulator;

constexpr auto kProgram = "/usr/bin/prometheus";
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kBetweenLooks{100};

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int port = 0;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(fd);
  return port;
}

class Prometheus {
 public:
  explicit Prometheus(const std::string& node_metrics) {
    char name[] = "/tmp/certdrill-prometheus-XXXXXX";
    folder_ = mkdtemp(name);
    std::ofstream(folder_ / "rules.yml") << R"(groups:
- name: certificates
  rules:
  - alert: CertificateExpiresSoon
    expr: node_cert_expiration_seconds < 45 * 86400
)";
    std::ofstream(folder_ / "prometheus.yml") << R"(global:
  scrape_interval: 500ms
  evaluation_interval: 500ms
rule_files: [rules.yml]
scrape_configs:
- job_name: node
  scheme: https
  metrics_path: /
  tls_config: {insecure_skip_verify: true}
  static_configs:
  - targets: [")" << node_metrics.substr(node_metrics.find("//") + 2)
                                              << "\"]\n";
    port_ = free_port();
    run({kProgram, "--config.file=" + (folder_ / "prometheus.yml").string(),
         "--storage.tsdb.path=" + (folder_ / "data").string(),
         "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=warn"});
  }
  ~Prometheus() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }

  // Asks until `good` says so of the answer's "data", or patience is at its end.
  template <typename Predicate>
  bool wait_until(const std::string& path, Predicate good) {
    httplib::Client client("127.0.0.1", port_);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      const auto result = client.Get(path);
      const auto answer =
          result ? json::parse(result->body, nullptr, false) : json(json::value_t::discarded);
      if (answer.is_object() && answer.contains("data") && good(answer["data"])) return true;
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) return false;
      std::this_thread::sleep_for(kBetweenLooks);
    }
    return false;
  }

 private:
  void run(std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ASSERT_EQ(posix_spawn(&pid_, kProgram, nullptr, nullptr, pointers.data(), environ), 0);
  }

  std::filesystem::path folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

class PrometheusTest : public RunningSimulator {};

TEST_F(PrometheusTest, TheExpiryAlertFiresWhenTheClockMoves) {
  if (!std::filesystem::exists(kProgram)) {
    GTEST_SKIP() << kProgram << " is not installed (apt-get install prometheus)";
  }
  start();
  Prometheus prometheus(ready().nodes[0].metrics);
  ASSERT_TRUE(prometheus.wait_until(
      "/api/v1/query?query=node_cert_expiration_seconds%7Blogical_name%3D%22proxy%22%7D",
      [](const json& data) { return data["result"].size() == 1; }))
      << "Prometheus never saw the series";
  const auto proxy_alert = [](const json& data) {
    for (const auto& alert : data["alerts"]) {
      if (alert["labels"]["logical_name"] == "proxy" && alert["state"] == "firing") return true;
    }
    return false;
  };
  simulator_->engine().clock().advance(std::chrono::days(330));  // of 365
  EXPECT_TRUE(prometheus.wait_until("/api/v1/alerts", proxy_alert)) << "the alert did not fire";
  const auto later = support::make_certificate(
      {.now = support::kTestNow + std::chrono::days(330), .lifetime = std::chrono::days(70)});
  ASSERT_EQ(node().update("proxy", later).status, 200);
  EXPECT_TRUE(prometheus.wait_until("/api/v1/alerts", [&](const json& data) {
    return !proxy_alert(data);
  })) << "the alert did not go away after the rotation";
}

}  // namespace
}  // namespace certdrill::simulator
