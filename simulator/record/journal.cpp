#include "simulator/record/journal.h"

#include <algorithm>

#include "certs/read/text.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;
using Entry = JournalEntry;
using Text = std::optional<std::string>;

constexpr JournalField of_request(std::string_view name, std::string_view sentence,
                                  Json (*value)(const Entry&)) {
  return {.name = name, .sentence = sentence, .value = value};
}

constexpr JournalField of_certificate(std::string_view name, std::string_view sentence,
                                      Text (*fact)(const JournalCertificate&)) {
  return {.name = name, .sentence = sentence, .fact = fact};
}

// In the order in which they are shown.
constexpr std::array<JournalField, 17> kFields{{
    of_request("seq", "The number of the request, from 1",
               [](const Entry& entry) { return Json(entry.seq); }),
    of_request("time", "When it came, by the cluster's clock: 2026-06-01T12:00:00Z",
               [](const Entry& entry) { return Json(certs::format_instant(entry.time)); }),
    of_request("node", "uid of the node that was called",
               [](const Entry& entry) { return Json(entry.node); }),
    of_request("method", "PUT", [](const Entry& entry) { return Json(entry.method); }),
    of_request("path", "/v1/cluster/update_cert",
               [](const Entry& entry) { return Json(entry.path); }),
    of_request("user", "Who asked; empty: nobody who is known",
               [](const Entry& entry) { return Json(entry.user); }),
    of_request("status", "What was answered",
               [](const Entry& entry) { return Json(entry.status); }),
    of_request("error_code", "What was answered; empty for a success",
               [](const Entry& entry) { return Json(entry.error_code); }),
    of_certificate("certificate", "A name that was sent",
                   [](const JournalCertificate& one) { return Text(one.name); }),
    of_certificate("subject", "Subject of a leaf that was sent",
                   [](const JournalCertificate& one) {
                     return one.facts ? Text(one.facts->subject) : std::nullopt;
                   }),
    of_certificate("fingerprint", "SHA-256 of a leaf that was sent, in lower-case hex",
                   [](const JournalCertificate& one) {
                     return one.facts ? Text(one.facts->fingerprint) : std::nullopt;
                   }),
    of_certificate("not_after", "When a leaf that was sent expires",
                   [](const JournalCertificate& one) {
                     return one.facts ? Text(certs::format_instant(one.facts->not_after))
                                      : std::nullopt;
                   }),
    of_request("body_sha256", "Of the request body, in lower-case hex",
               [](const Entry& entry) { return Json(certs::lower_hex(entry.body_sha256)); }),
    of_request("body_bytes", "Length of the request body",
               [](const Entry& entry) { return Json(entry.body_bytes); }),
    of_request("unreached", "uid of a node that did not confirm",
               [](const Entry& entry) { return Json(entry.unreached); }),
    of_request("duration_us", "How long the answer took, in microseconds",
               [](const Entry& entry) { return Json(entry.duration.count()); }),
    of_request("answered_by", "organic, or the fault or drill that answered",
               [](const Entry& entry) { return Json(entry.answered_by); }),
}};

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
  return text.size() <= kLongestText ? std::string(text)
                                     : std::string(text.substr(0, kLongestText)) + "...";
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

std::span<const JournalField> journal_fields() {
  return kFields;
}

std::span<const std::string_view> journal_field_names() {
  return kFieldNames;
}

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
    const std::string name(field.name == "certificate" ? "name" : field.name);
    for (std::size_t i = 0; i < entry.certificates.size(); ++i) {
      if (auto text = field.fact(entry.certificates[i])) array[i][name] = std::move(*text);
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

std::shared_ptr<const LeafFacts> Journal::facts_of(const certs::Certificate& leaf) {
  std::string fingerprint = leaf.fingerprint();
  {
    const std::lock_guard lock(mutex_);
    const auto known = facts_.find(fingerprint);
    if (known != facts_.end()) {
      if (auto facts = known->second.lock()) return facts;
    }
  }
  auto facts = std::make_shared<const LeafFacts>(
      LeafFacts{cut(leaf.subject()), fingerprint, leaf.not_after()});
  const std::lock_guard lock(mutex_);
  // Each entry keeps a few facts alive at most; what no entry keeps is swept now and then.
  if (facts_.size() > 2 * limit_) {
    std::erase_if(facts_, [](const auto& known) { return known.second.expired(); });
  }
  facts_[std::move(fingerprint)] = facts;
  return facts;
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
  facts_.clear();
}

}  // namespace certdrill::simulator
