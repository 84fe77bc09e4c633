#include "simulator/record/fields.h"

#include <algorithm>
#include <array>

#include "certs/read/text.h"

namespace certdrill::simulator {
namespace {

using Values = std::vector<std::string>;
using Entry = JournalEntry;

Values of_facts(const Entry& entry, std::string (*value)(const LeafFacts&)) {
  Values values;
  for (const auto& certificate : entry.certificates) {
    if (certificate.facts) values.push_back(value(*certificate.facts));
  }
  return values;
}

Values certificate_names(const Entry& entry) {
  Values values;
  for (const auto& certificate : entry.certificates) values.push_back(certificate.name);
  return values;
}

Values unreached_nodes(const Entry& entry) {
  Values values;
  for (const int uid : entry.unreached) values.push_back(std::to_string(uid));
  return values;
}

constexpr std::array<JournalField, 17> kFields{{
    {"seq", "The number of the request, from 1",
     [](const Entry& entry) { return Values{std::to_string(entry.seq)}; }},
    {"time", "When it came, by the cluster's clock: 2026-06-01T12:00:00Z",
     [](const Entry& entry) { return Values{certs::format_instant(entry.time)}; }},
    {"node", "uid of the node that was called",
     [](const Entry& entry) { return Values{std::to_string(entry.node)}; }},
    {"method", "PUT", [](const Entry& entry) { return Values{entry.method}; }},
    {"path", "/v1/cluster/update_cert", [](const Entry& entry) { return Values{entry.path}; }},
    {"user", "Who asked; empty: nobody who is known",
     [](const Entry& entry) { return Values{entry.user}; }},
    {"status", "What was answered",
     [](const Entry& entry) { return Values{std::to_string(entry.status)}; }},
    {"error_code", "What was answered; empty for a success",
     [](const Entry& entry) { return Values{entry.error_code}; }},
    {"certificate", "A name that was sent", certificate_names},
    {"subject", "Subject of a leaf that was sent",
     [](const Entry& entry) {
       return of_facts(entry, [](const LeafFacts& facts) { return facts.subject; });
     }},
    {"fingerprint", "SHA-256 of a leaf that was sent, in lower-case hex",
     [](const Entry& entry) {
       return of_facts(entry, [](const LeafFacts& facts) { return facts.fingerprint; });
     }},
    {"not_after", "When a leaf that was sent expires",
     [](const Entry& entry) {
       return of_facts(
           entry, [](const LeafFacts& facts) { return certs::format_instant(facts.not_after); });
     }},
    {"body_sha256", "Of the request body, in lower-case hex",
     [](const Entry& entry) { return Values{certs::lower_hex(entry.body_sha256)}; }},
    {"body_bytes", "Length of the request body",
     [](const Entry& entry) { return Values{std::to_string(entry.body_bytes)}; }},
    {"unreached", "uid of a node that did not confirm", unreached_nodes},
    {"duration_us", "How long the answer took, in microseconds",
     [](const Entry& entry) { return Values{std::to_string(entry.duration.count())}; }},
    {"answered_by", "organic, or the fault or drill that answered",
     [](const Entry& entry) { return Values{entry.answered_by}; }},
}};

constexpr auto kNames = [] {
  std::array<std::string_view, kFields.size()> names;
  std::ranges::transform(kFields, names.begin(), &JournalField::name);
  return names;
}();

}  // namespace

std::span<const JournalField> journal_fields() {
  return kFields;
}

std::span<const std::string_view> journal_field_names() {
  return kNames;
}

const JournalField* find_journal_field(std::string_view name) {
  const auto found = std::ranges::find(kFields, name, &JournalField::name);
  return found == kFields.end() ? nullptr : &*found;
}

bool holds(const JournalMatch& match, const JournalEntry& entry) {
  return std::ranges::count(match.field->values(entry), match.value) > 0;
}

}  // namespace certdrill::simulator
