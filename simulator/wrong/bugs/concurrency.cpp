// Bugs that show only when two things happen at once.
#include <array>
#include <chrono>
#include <map>
#include <mutex>

#include "simulator/wrong/bugs/around_mishaps.h"
#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using contract::CertificateName;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kApart{50};

// The certificate is there at once, its key `kApart` later; the client waits for both, readers for
// neither.
class TornPairWhileUpdating final : public PlantedBug {
 public:
  explicit TornPairWhileUpdating(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    if (is_reading(request.call)) return reading(request);
    if (!is_update(request.call)) return served(request);
    const auto before = request.scene.cluster.store();
    const auto changes = changes_of(request);
    remember(*before, changes, SteadyClock::now() + 10 * kApart);  // longer than any rollout
    auto answer = served(request);
    const bool stored = took_up(answer);
    remember(*before, changes, SteadyClock::now() + (stored ? kApart : SteadyClock::duration{}));
    if (stored) request.sleep(kApart);
    return answer;
  }

  void reset() override {
    const std::lock_guard lock(mutex_);
    torn_.clear();
  }

 private:
  struct Torn {
    std::string former_key;
    SteadyClock::time_point until;
  };

  void remember(const CertificateSet& before, const std::vector<Change>& changes,
                SteadyClock::time_point until) {
    const std::lock_guard lock(mutex_);
    for (const auto& change : changes) {
      if (before[change.name]) torn_[change.name] = {before[change.name]->key_text, until};
    }
  }

  Answer reading(const Request& request) {
    return changing_reading(served(request), [this](nlohmann::ordered_json& json) {
      const std::lock_guard lock(mutex_);
      for (const auto& [name, torn] : torn_) {
        const auto field = std::string(to_string(name)) + "_key";
        if (SteadyClock::now() < torn.until && json.contains(field)) json[field] = torn.former_key;
      }
    });
  }

  std::mutex mutex_;
  std::map<CertificateName, Torn> torn_;
};

class EvenNodesKeepTheirs final : public AroundMishaps {
 public:
  using AroundMishaps::AroundMishaps;
  Step on_apply(CertificateName name, int uid) override {
    if (uid % 2 != 0) return AroundMishaps::on_apply(name, uid);
    return {Fate::fails_before_apply, {}, /*reported=*/false};
  }
};

// An update takes `kApart`, so that whatever comes meanwhile meets it.
class SimultaneousUpdatesMix final : public PlantedBug {
 public:
  explicit SimultaneousUpdatesMix(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    if (!is_update(request.call)) return served(request);
    auto answer = in_turn(request);
    if (took_up(answer)) request.sleep(kApart);
    const std::lock_guard lock(mutex_);
    --running_;
    return answer;
  }

 private:
  Answer in_turn(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (running_++ == 0) return served(request);
    EvenNodesKeepTheirs mishaps(request.scene.mishaps);
    return served_through(request, mishaps);
  }

  std::mutex mutex_;
  int running_ = 0;
};

constexpr std::array<Bug, 2> kBugs{{
    {"torn-pair-while-updating",
     "certificate and key are stored one after the other, 50 ms apart, and reading does not wait "
     "for both",
     remembering<TornPairWhileUpdating>},
    {"simultaneous-updates-mix",
     "two updates at once are rolled out without a lock: nodes of even uid end with the one that "
     "came first",
     remembering<SimultaneousUpdatesMix>},
}};

}  // namespace

std::span<const Bug> concurrency_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
