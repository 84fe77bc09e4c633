// Bugs about the name of a certificate.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using nlohmann::ordered_json;

bool is_unknown_name(const Request& request, const Answer& answer) {
  return is_update(request.call) && answer.error_code == "unknown_certificate";
}

Answer unknown_name_accepted(const Request& request) {
  auto answer = served(request);
  if (!is_unknown_name(request, answer)) return answer;
  return telling_success(request, std::move(answer));
}

Answer unknown_name_answers_404(const Request& request) {
  auto answer = served(request);
  if (is_unknown_name(request, answer)) answer.status = 404;
  return answer;
}

class UnknownNameStored final : public PlantedBug {
 public:
  explicit UnknownNameStored(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    auto answer = served(request);
    if (is_unknown_name(request, answer)) keep(request.call);
    if (!is_reading(request.call)) return answer;
    return changing_reading(std::move(answer), [this](ordered_json& json) {
      const std::lock_guard lock(mutex_);
      for (const auto& [field, text] : kept_) json[field] = text;
    });
  }

  void reset() override {
    const std::lock_guard lock(mutex_);
    kept_.clear();
  }

 private:
  // REQUIRES: the body is an object, and of a batch it holds the list.
  void keep(const Call& call) {
    const auto body = ordered_json::parse(call.body.text(), nullptr, /*allow_exceptions=*/false);
    const std::lock_guard lock(mutex_);
    if (!is_batch(call)) return keep_entry(body);
    for (const auto& entry : body["certificates"]) keep_entry(entry);
  }

  void keep_entry(const ordered_json& entry) {
    const auto name = text_in(entry, "name");
    if (contract::find_certificate(name)) return;
    kept_[name + "_cert"] = text_in(entry, "certificate");
    kept_[name + "_key"] = text_in(entry, "key");
  }

  static std::string text_in(const ordered_json& entry, const char* field) {
    const bool there = entry.is_object() && entry.contains(field) && entry[field].is_string();
    return there ? entry[field].get<std::string>() : "";
  }

  std::mutex mutex_;
  std::map<std::string, std::string> kept_;  // as reading answers them
};

// Gives the entry the name that `change` makes of its own, where that is a known one.
bool rename_entry(ordered_json& entry, std::string (*change)(const std::string& name)) {
  if (!entry.contains("name") || !entry["name"].is_string()) return false;
  const auto name = entry["name"].get<std::string>();
  auto other = change(name);
  if (other == name || !contract::find_certificate(other)) return false;
  entry["name"] = std::move(other);
  return true;
}

bool strip_suffix(ordered_json& entry) {
  return rename_entry(entry, [](const std::string& name) {
    constexpr std::string_view kSuffix = "_cert";
    return name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : name;
  });
}

bool lower_case(ordered_json& entry) {
  return rename_entry(entry, [](const std::string& name) {
    std::string lowered = name;
    std::ranges::transform(lowered, lowered.begin(), [](unsigned char letter) {
      return static_cast<char>(std::tolower(letter));
    });
    return lowered;
  });
}

bool trim(ordered_json& entry) {
  return rename_entry(entry, [](const std::string& name) {
    constexpr auto kBlanks = " \t\r\n";
    const auto first = name.find_first_not_of(kBlanks);
    if (first == std::string::npos) return std::string{};
    return name.substr(first, name.find_last_not_of(kBlanks) - first + 1);
  });
}

Answer cert_suffix_stripped(const Request& request) {
  return rewriting(request, strip_suffix);
}
Answer name_in_any_case(const Request& request) {
  return rewriting(request, lower_case);
}
Answer name_trimmed(const Request& request) {
  return rewriting(request, trim);
}

constexpr std::array<Bug, 6> kBugs{{
    {"unknown-name-accepted", "an unknown name is answered 200, without effect",
     serving<unknown_name_accepted>},
    {"unknown-name-answers-404", "an unknown name is answered 404",
     serving<unknown_name_answers_404>},
    {"unknown-name-stored",
     "an unknown name is refused with 403, and stored and listed all the same",
     remembering<UnknownNameStored>},
    {"cert-suffix-stripped", "api_cert is taken for api, and so on", serving<cert_suffix_stripped>},
    {"name-in-any-case", "names are compared without regard to case", serving<name_in_any_case>},
    {"name-trimmed", "blanks around a name are dropped", serving<name_trimmed>},
}};

}  // namespace

std::span<const Bug> name_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
