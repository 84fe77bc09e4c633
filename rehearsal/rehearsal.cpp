#include "rehearsal/rehearsal.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include "rehearsal/run/process.h"

namespace certdrill::rehearsal {

std::atomic<bool> interrupted{false};

namespace {

namespace fs = std::filesystem;

// A folder that goes with this object.
class ScenesFolder {
 public:
  ScenesFolder() {
    std::error_code ignored;
    std::string path = (fs::temp_directory_path(ignored) / "certdrill-rehearse-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~ScenesFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScenesFolder(const ScenesFolder&) = delete;
  ScenesFolder& operator=(const ScenesFolder&) = delete;
  const fs::path& path() const { return path_; }  // empty: there is none

 private:
  fs::path path_;
};

// With `rladmin` in it, where that program is installed beside this one.
fs::path folder_of_programs(const fs::path& folder) {
  std::error_code failed;
  const auto own = fs::read_symlink("/proc/self/exe", failed);
  const auto rladmin = own.parent_path() / "certdrill-rladmin";
  if (failed || !fs::exists(rladmin, failed)) return {};
  fs::create_directory(folder / "programs", failed);
  fs::create_symlink(rladmin, folder / "programs/rladmin", failed);
  return failed ? fs::path() : folder / "programs";
}

// Drill `index`, of which 0 is the healthy cluster, has addresses of its own: 127.1.0.1 and on.
Result result_of(const Options& options, SceneSettings scene, const Pairs& shared,
                 const simulator::Drill* drill, std::size_t index) {
  Result result;
  std::optional<Pairs> own;
  if (options.product_ports) {
    scene.world.network = fmt::format("127.{}", index + 1);
    std::vector<std::string> addresses;
    for (int uid = 1; uid <= scene.world.nodes; ++uid)
      addresses.push_back(fmt::format("{}.0.{}", scene.world.network, uid));
    own = make_pairs(scene.world.name, scene.world.cluster, addresses);
  }
  auto evidence = rehearse(scene, own ? *own : shared, drill);
  if (evidence) {
    result.verdict = judge(*evidence);
    result.evidence = std::move(*evidence);
  } else {
    result.evidence.drill = drill == nullptr ? kHealthy : drill->name;
    result.could_not_run = evidence.error();
  }
  return result;
}

// Why no drill need be begun; empty: the command does its job where nothing is wrong.
std::string unfit(const Result& healthy) {
  if (!healthy.could_not_run.empty()) return healthy.could_not_run;
  const Evidence& evidence = healthy.evidence;
  if (!evidence.run.timed_out && evidence.run.said_success() && evidence.after.done() == Done::yes)
    return "";
  std::string why = healthy.verdict.headline;
  for (const Finding& finding : healthy.verdict.findings) {
    if (finding.rule != "truth" && finding.rule != "persistence" && finding.rule != "ends")
      continue;
    why = finding.sentence;  // the worst comes first
    break;
  }
  return fmt::format(
      "in the healthy cluster, where nothing is wrong, the command does not do its job for {}: it "
      "{}",
      evidence.name, why);
}

std::string why_expected(const std::vector<Expected>& expected, const std::string& drill) {
  for (const Expected& one : expected)
    if (fnmatch(one.pattern.c_str(), drill.c_str(), 0) == 0) return one.reason;
  return "";
}

void rehearse_drills(const Options& options, const SceneSettings& scene, const Pairs& pairs,
                     Console& console, Scorecard& card) {
  const auto& drills = options.drills;
  std::vector<Result> results(drills.size());
  std::vector<char> done(drills.size(), 0);
  // Where the trouble stays a rotation tries for long: those begin first, so that none is waited for
  // at the end.
  std::vector<std::size_t> order(drills.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) {
    return drills[i]->good != simulator::GoodRotation::converges;
  });
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> finished{0};
  const auto work = [&] {
    for (std::size_t n = next++; n < drills.size() && !interrupted; n = next++) {
      const std::size_t i = order[n];
      results[i] = result_of(options, scene, pairs, drills[i], i + 1);
      if (interrupted) return;  // it was ended in the middle: there is nothing to judge
      done[i] = 1;
      console.progress(++finished, drills.size(), drills[i]->name);
    }
  };
  std::vector<std::thread> workers;
  const auto jobs = std::min(drills.size(), static_cast<std::size_t>(options.jobs));
  for (std::size_t i = 0; i < jobs; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = 0; i < drills.size(); ++i) {
    if (done[i] == 0) continue;
    results[i].expected = why_expected(options.expected, results[i].evidence.drill);
    card.results.push_back(std::move(results[i]));
  }
}

}  // namespace

Scorecard rehearse_all(const Options& options, Console& console) {
  const auto start = std::chrono::steady_clock::now();
  Scorecard card;
  card.command = fmt::to_string(fmt::join(options.scene.command, " "));
  card.name = contract::to_string(options.scene.world.name);
  card.nodes = options.scene.world.nodes;
  card.edition = contract::to_string(options.scene.world.edition);
  const ScenesFolder folder;
  if (folder.path().empty()) {
    card.could_not_run = "no folder for the drills' files could be made: set TMPDIR to one";
    return card;
  }
  SceneSettings scene = options.scene;
  scene.folder = folder.path();
  scene.programs = folder_of_programs(folder.path());
  scene.stop = [] { return interrupted.load(); };
  const Pairs pairs = make_pairs(scene.world.name, scene.world.cluster, {"127.0.0.1"});

  console.progress(0, options.drills.size(), kHealthy);
  if (scene.resolve) {
    const fs::path hosts = folder.path() / "hosts";
    std::ofstream(hosts) << hosts_with(scene.world.cluster, {"127.0.0.1"});
    if (const auto possible = own_hosts_possible(hosts); !possible) {
      card.could_not_run = possible.error();
      return card;
    }
  }
  card.results.push_back(result_of(options, scene, pairs, nullptr, 0));
  card.could_not_run = unfit(card.results.front());
  if (card.could_not_run.empty()) rehearse_drills(options, scene, pairs, console, card);
  card.interrupted = interrupted;
  card.took = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
  return card;
}

}  // namespace certdrill::rehearsal
