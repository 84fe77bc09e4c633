#include "rehearsal/run/scene.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rehearsal/run/environment.h"
#include "rehearsal/run/process.h"
#include "rehearsal/run/secrets.h"
#include "simulator/cluster/data_dir.h"

namespace certdrill::rehearsal {
namespace {

namespace fs = std::filesystem;

constexpr auto kDurability = simulator::Durability::deferred;
constexpr Milliseconds kBetweenLooks{200};
constexpr std::size_t kMostLooks = 600;

class RehearsedScene {
 public:
  RehearsedScene(const SceneSettings& settings, const Pairs& pairs, const simulator::Drill* drill)
      : settings_(settings),
        pairs_(pairs),
        drill_(drill),
        folder_(settings.folder / (drill == nullptr ? kHealthy : drill->name)),
        secrets_(pairs.requested.key, kUsername, kPassword) {}

  ~RehearsedScene() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  RehearsedScene(const RehearsedScene&) = delete;
  RehearsedScene& operator=(const RehearsedScene&) = delete;

  tl::expected<Evidence, std::string> play();

 private:
  tl::expected<void, std::string> write_files();
  Words words() const;
  tl::expected<CommandRun, std::string> run_once();
  void look_around(bool always);
  void gather();
  Milliseconds now() const {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start_);
  }

  const SceneSettings& settings_;
  const Pairs& pairs_;
  const simulator::Drill* const drill_;
  const fs::path folder_;
  const Secrets secrets_;
  std::unique_ptr<World> world_;
  std::chrono::steady_clock::time_point start_;
  fs::file_time_type files_since_;
  std::size_t answered_ = 0;
  Milliseconds looked_{-kBetweenLooks};
  Evidence evidence_;
};

tl::expected<void, std::string> RehearsedScene::write_files() {
  std::error_code failed;
  for (const char* name : {"given", "work", "tmp"}) fs::create_directories(folder_ / name, failed);
  if (failed) return tl::unexpected(fmt::format("{}: {}", folder_.string(), failed.message()));
  const fs::path given = folder_ / "given";
  const Pair& pair = pairs_.requested;
  return simulator::write_file(given / "ca.pem", pairs_.ca, 0644, kDurability)
      .and_then([&] {
        return simulator::write_file(given / "certificate.pem", pair.leaf, 0644, kDurability);
      })
      .and_then(
          [&] { return simulator::write_file(given / "chain.pem", pair.chain, 0644, kDurability); })
      .and_then(
          [&] { return simulator::write_file(given / "key.pem", pair.key, 0600, kDurability); });
}

Words RehearsedScene::words() const {
  const auto& nodes = world_->ready().nodes;
  std::vector<std::string> urls;
  urls.reserve(nodes.size());
  for (const auto& node : nodes) urls.push_back(node.rest);
  const std::string address = address_of(urls.front());
  const auto colon = address.rfind(':');
  const fs::path given = folder_ / "given";
  const std::array<std::string, kWords.size()> values{
      urls.front(),
      fmt::to_string(fmt::join(urls, ",")),
      address.substr(0, colon),
      address.substr(colon + 1),
      settings_.world.cluster,
      std::string(kUsername),
      std::string(kPassword),
      (given / "ca.pem").string(),
      std::string(contract::to_string(settings_.world.name)),
      (given / "certificate.pem").string(),
      (given / "chain.pem").string(),
      (given / "key.pem").string(),
      fmt::to_string(fmt::join(world_->ports(), ",")),
      std::to_string(settings_.timeout.count() / 1000)};
  Words words;
  for (std::size_t i = 0; i < values.size(); ++i) words.emplace_back(kWords[i].name, values[i]);
  return words;
}

// What the nodes present is looked at when an update was answered: then it changes.
void RehearsedScene::look_around(bool always) {
  const auto answered = world_->answered();
  if (!always && (answered == answered_ || now() - looked_ < kBetweenLooks)) return;
  answered_ = answered;
  looked_ = now();
  if (evidence_.looks.size() >= kMostLooks) return;
  for (int uid = 1; uid <= settings_.world.nodes; ++uid)
    evidence_.looks.push_back({now(), uid, world_->look_at(uid).shown});
}

tl::expected<CommandRun, std::string> RehearsedScene::run_once() {
  const Words all = words();
  Command command;
  for (const auto& argument : settings_.command)
    command.arguments.push_back(with_words(argument, all));
  command.environment = environment_with(settings_.environment, all, settings_.more_environment);
  command.environment.push_back("TMPDIR=" + (folder_ / "tmp").string());
  if (!settings_.programs.empty()) {
    const std::string path(value_in(command.environment, "PATH"));
    std::erase_if(command.environment, [](const auto& line) { return line.starts_with("PATH="); });
    command.environment.push_back(fmt::format("PATH={}:{}", settings_.programs.string(), path));
  }
  command.folder = folder_ / "work";
  command.timeout = settings_.timeout;
  command.trace = settings_.trace;
  if (settings_.resolve) {
    command.hosts = folder_ / "given/hosts";
    std::set<std::string> addresses;
    for (const auto& node : world_->ready().nodes) addresses.insert(node.address);
    const std::vector<std::string> all_addresses(addresses.begin(), addresses.end());
    const auto written = simulator::write_file(
        command.hosts, hosts_with(settings_.world.cluster, all_addresses), 0644, kDurability);
    if (!written) return tl::unexpected(written.error());
  }

  Output output(secrets_);
  Watch watch;
  watch.output = [&](std::string_view piece) { output.add(piece); };
  watch.arguments = [&](const std::vector<std::string>& arguments) {
    for (const auto what : secrets_.found_in(fmt::to_string(fmt::join(arguments, "\n")))) {
      add_leak(evidence_.leaks, {Leak::Where::arguments, std::string(what),
                                 fs::path(arguments.front()).filename().string()});
    }
  };
  watch.tick = [&] { look_around(false); };
  watch.stop = settings_.stop;
  auto ended = run_command(command, watch, start_);
  if (!ended) return tl::unexpected(ended.error());
  for (const Leak& leak : output.leaks()) add_leak(evidence_.leaks, leak);
  for (std::string& line : ended->run.left_behind) line = secrets_.redacted(std::move(line));
  ended->run.output = secrets_.redacted(output.kept());
  ended->run.output_cut = output.cut();
  evidence_.arguments_watched = evidence_.arguments_watched && ended->arguments_watched;
  return std::move(ended->run);
}

void RehearsedScene::gather() {
  evidence_.requests = world_->requests(start_);
  evidence_.touched = world_->touched(evidence_.requests);
  evidence_.met = world_->met();
  for (const char* name : {"work", "tmp"}) {
    for (Leak& leak : leaks_in_files(folder_ / name, secrets_))
      add_leak(evidence_.leaks, std::move(leak));
  }
  // Where scripts write that do not ask for a place.
  for (const fs::path& folder : {fs::path("/tmp"), fs::path("/var/tmp"), fs::path("/dev/shm"),
                                 fs::path(value_in(settings_.environment, "HOME"))}) {
    if (folder.empty()) continue;
    for (Leak& leak : leaks_in_new_files(folder, files_since_, secrets_))
      add_leak(evidence_.leaks, std::move(leak));
  }
  Milliseconds changed = evidence_.run.begin;
  for (const auto& request : evidence_.requests)
    if (request.is_change() && request.end <= evidence_.run.end)
      changed = std::max(changed, request.end);
  const auto looked = world_->looked_at(start_ + changed, start_ + evidence_.run.end);
  evidence_.looked_at.assign(looked.begin(), looked.end());
}

tl::expected<Evidence, std::string> RehearsedScene::play() {
  if (auto written = write_files(); !written) return tl::unexpected(written.error());
  auto opened = World::open(settings_.world, pairs_, drill_);
  if (!opened) return tl::unexpected(opened.error());
  world_ = std::move(*opened);
  evidence_.drill = drill_ == nullptr ? kHealthy : drill_->name;
  evidence_.sentence = drill_ == nullptr ? "Nothing is wrong." : drill_->sentence;
  evidence_.reference = drill_ == nullptr ? "" : drill_->reference;
  evidence_.must_converge = drill_ == nullptr || drill_->good == simulator::GoodRotation::converges;
  evidence_.stranger = shows_a_stranger(drill_);
  evidence_.name = contract::to_string(settings_.world.name);

  start_ = std::chrono::steady_clock::now();
  files_since_ = fs::file_time_type::clock::now();
  look_around(true);
  auto run = run_once();
  if (!run) return tl::unexpected(run.error());
  evidence_.run = std::move(*run);
  world_->settle();
  evidence_.after = world_->look(now());
  if (settings_.again && !settings_.stop()) {
    auto again = run_once();
    if (!again) return tl::unexpected(again.error());
    evidence_.again = std::move(*again);
    world_->settle();
    evidence_.after_again = world_->look(now());
  }
  gather();
  return std::move(evidence_);
}

}  // namespace

std::string hosts_with(const std::string& cluster, const std::vector<std::string>& addresses) {
  std::string text = simulator::read_file("/etc/hosts").value_or("") + "\n";
  for (const auto& address : addresses)
    text += fmt::format("{0} {1} internal.{1}\n", address, cluster);
  return text;
}

tl::expected<Evidence, std::string> rehearse(const SceneSettings& settings, const Pairs& pairs,
                                             const simulator::Drill* drill) {
  return RehearsedScene(settings, pairs, drill).play();
}

}  // namespace certdrill::rehearsal
