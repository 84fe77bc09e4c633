// Bugs in the store: what is kept of a text, and what reads back.
#include <array>
#include <iterator>
#include <mutex>

#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using nlohmann::ordered_json;

// Passes each text of the entry through `change`. True: one of them is another now.
template <std::string (*change)(std::string_view text)>
bool change_texts(ordered_json& entry) {
  bool changed = false;
  for (const char* field : {"certificate", "key"}) {
    if (!entry.contains(field) || !entry[field].is_string()) continue;
    const auto text = entry[field].get<std::string>();
    auto after = change(text);
    if (after == text) continue;
    entry[field] = std::move(after);
    changed = true;
  }
  return changed;
}

std::string with_line_feeds(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\r\n") != 0) out += text[i];
  }
  return out;
}

std::string with_last_newline(std::string_view text) {
  const bool ends = text.find("-----BEGIN ") == text.npos || text.ends_with('\n');
  return fmt::format("{}{}", text, ends ? "" : "\n");
}

// Each name's first key stays for as long as the simulator runs.
Answer key_not_stored(const Request& request, Memory& memory) {
  const auto before = request.scene.cluster.store();
  auto answer = reading_remembered(request, memory);
  if (is_reading(request.call) || !took_up(answer)) return answer;
  const std::lock_guard lock(memory.mutex);
  for (const auto& change : changes_of(request)) {
    const auto& former = (*before)[change.name];
    if (former) memory.fields.try_emplace(key_field(change.name), former->key_text);
  }
  return answer;
}

Answer another_certificate_touched(const Request& request) {
  auto answer = served(request);
  if (!is_update(request.call) || !took_up(answer)) return answer;
  constexpr std::array kTouched{contract::CertificateName::syncer};
  static_cast<void>(
      request.scene.cluster.rotate_internode(kTouched, request.scene.now, request.scene.mishaps));
  return answer;
}

Answer keys_left_out_of_read_back(const Request& request) {
  return changing_reading(request, [](ordered_json& object) {
    for (auto field = object.begin(); field != object.end();)
      field = field.key().ends_with("_key") ? object.erase(field) : std::next(field);
  });
}

Answer read_back_nested(const Request& request) {
  return changing_reading(request, [](ordered_json& object) {
    ordered_json list = ordered_json::array();
    for (const auto& certificate : contract::cluster_certificates()) {
      const std::string name(certificate.text);
      if (!object.contains(name + "_cert")) continue;
      ordered_json entry{{"name", name}, {"certificate", object[name + "_cert"]}};
      if (object.contains(name + "_key")) entry["key"] = object[name + "_key"];
      list.push_back(std::move(entry));
    }
    object = ordered_json{{"certificates", std::move(list)}};
  });
}

constexpr auto kStoreBugs = std::to_array<Bug>({
    {"chain-cut-on-read-back", "what reads back is the first certificate of the chain",
     FaultTexts{"kind=store,mode=chain_lost"}},
    {"line-endings-changed", "CRLF is stored as LF", rewriting<change_texts<with_line_feeds>>},
    {"comments-dropped", "text around the PEM blocks is not stored",
     rewriting<change_texts<without_comments>>},
    {"newline-added", "a PEM without a last newline is stored with one",
     rewriting<change_texts<with_last_newline>>},
    {"key-not-stored", "the certificate is stored, and the key stays the former one",
     key_not_stored},
    {"another-certificate-touched", "an update of any certificate also regenerates syncer",
     another_certificate_touched},
    {"keys-left-out-of-read-back", "GET leaves out every _key", keys_left_out_of_read_back},
    {"read-back-nested", "GET answers {\"certificates\": [...]} instead of one flat object",
     read_back_nested},
});

}  // namespace

std::span<const Bug> store_bugs() { return kStoreBugs; }

}  // namespace certdrill::simulator::bugs
