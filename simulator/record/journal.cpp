#include "simulator/record/journal.h"

#include <algorithm>

#include "certs/read/text.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;
using Entry = JournalEntry;

std::optional<std::string> name_sent(const JournalCertificate& certificate) {
  return certificate.name;
}

template <std::string LeafFacts::*member>
std::optional<std::string> fact(const JournalCertificate& certificate) {
  if (!certificate.facts) return std::nullopt;
  return (*certificate.facts).*member;
}

// In the order in which they are shown.
constexpr auto kFields = std::to_array<JournalField>({
    {"seq", "integer", "The number of the request, from 1",
     [](const Entry& entry) -> Json { return entry.seq; }},
    {"time", "Instant", "When it came, by the cluster's clock: 2026-06-01T12:00:00Z",
     [](const Entry& entry) -> Json { return certs::format_instant(entry.time); }},
    {"node", "Uid", "uid of the node that was called",
     [](const Entry& entry) -> Json { return entry.node; }},
    {"method", "string", "PUT", [](const Entry& entry) -> Json { return entry.method; }},
    {"path", "string", "/v1/cluster/update_cert",
     [](const Entry& entry) -> Json { return entry.path; }},
    {"user", "string", "Who asked; empty: nobody who is known",
     [](const Entry& entry) -> Json { return entry.user; }},
    {"status", "integer", "What was answered",
     [](const Entry& entry) -> Json { return entry.status; }},
    {"error_code", "string", "What was answered; empty for a success",
     [](const Entry& entry) -> Json { return entry.error_code; }},
    {"certificate", "string", "A name that was sent", nullptr, name_sent},
    {"subject", "string", "Subject of a leaf that was sent", nullptr, fact<&LeafFacts::subject>},
    {"fingerprint", "Fingerprint", "SHA-256 of a leaf that was sent, in lower-case hex", nullptr,
     fact<&LeafFacts::fingerprint>},
    {"not_after", "Instant", "When a leaf that was sent expires", nullptr,
     fact<&LeafFacts::not_after>},
    {"body_sha256", "Fingerprint", "Of the request body, in lower-case hex",
     [](const Entry& entry) -> Json { return certs::lower_hex(entry.body_sha256); }},
    {"body_bytes", "integer", "Length of the request body",
     [](const Entry& entry) -> Json { return entry.body_bytes; }},
    {"unreached", "[Uid]", "uid of a node that did not confirm",
     [](const Entry& entry) -> Json { return entry.unreached; }},
    {"duration_us", "integer", "How long the answer took, in microseconds",
     [](const Entry& entry) -> Json { return entry.duration.count(); }},
    {"answered_by", "string", "organic, or the fault or drill that answered",
     [](const Entry& entry) -> Json { return entry.answered_by; }},
});

constexpr auto kFieldNames = [] {
  std::array<std::string_view, kFields.size()> names;
  std::ranges::transform(kFields, names.begin(), &JournalField::name);
  return names;
}();

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string cut(std::string_view text) {
  constexpr std::size_t kBeyond = 1024;  // a key that begins before the cut is known by then
  std::string kept = certs::without_keys(text.substr(0, kLongestText + kBeyond));
  if (kept.size() <= kLongestText) return kept;
  kept.resize(kLongestText);
  return kept + "...";
}

std::vector<std::string> JournalField::texts(const JournalEntry& entry) const {
  std::vector<std::string> texts;
  if (fact != nullptr) {
    for (const auto& certificate : entry.certificates) {
      if (auto text = fact(certificate)) texts.push_back(std::move(*text));
    }
    return texts;
  }
  const Json json = value(entry);
  if (!json.is_array()) return {text_of(json)};
  for (const auto& one : json) texts.push_back(text_of(one));
  return texts;
}

std::span<const JournalField> journal_fields() { return kFields; }

std::span<const std::string_view> journal_field_names() { return kFieldNames; }

const JournalField* find_journal_field(std::string_view name) {
  const auto found = std::ranges::find(kFields, name, &JournalField::name);
  return found == kFields.end() ? nullptr : &*found;
}

Json to_json(const JournalEntry& entry) {
  Json json = Json::object();
  for (const auto& field : kFields) {
    if (field.value != nullptr) {
      json[std::string(field.name)] = field.value(entry);
      continue;
    }
    auto& array = json["certificates"];
    if (array.is_null()) array = Json::array();
    for (std::size_t i = 0; i < entry.certificates.size(); ++i) {
      if (auto text = field.fact(entry.certificates[i]))
        array[i][std::string(field.key())] = std::move(*text);
    }
  }
  return json;
}

bool JournalMatch::holds(const JournalEntry& entry) const {
  return std::ranges::count(field->texts(entry), value) > 0;
}

void Journal::add(JournalEntry entry) {
  JournalEntry oldest;  // released after the lock
  const std::lock_guard lock(mutex_);
  entry.seq = ++last_seq_;
  if (entries_.size() >= limit_) {
    oldest = std::move(entries_.front());
    entries_.pop_front();
    ++dropped_;
  }
  entries_.push_back(std::move(entry));
}

Journal::Found Journal::find(std::span<const JournalMatch> matches, std::size_t at_most) const {
  Found found;
  const std::lock_guard lock(mutex_);
  found.dropped = dropped_;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const bool fits = std::ranges::all_of(
        matches, [&](const JournalMatch& match) { return match.holds(*entry); });
    if (!fits) continue;
    ++found.count;
    if (found.entries.size() < at_most) found.entries.push_back(*entry);
  }
  std::ranges::reverse(found.entries);
  return found;
}

void Journal::clear() {
  std::deque<JournalEntry> old;  // released after the lock
  const std::lock_guard lock(mutex_);
  entries_.swap(old);
  last_seq_ = 0;
  dropped_ = 0;
}

}  // namespace certdrill::simulator
