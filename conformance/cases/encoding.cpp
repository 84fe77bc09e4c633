// The same certificate, written in all the ways that clients in the wild write it: what is stored
// must read back as it was sent, or automation updates for ever.
#include "conformance/cases/cases.h"
#include "conformance/cases/contract.h"
#include "conformance/trial.h"

namespace certdrill::conformance {
namespace {

using Rewrite = std::string (*)(const std::string&);

std::string with_windows_lines(const std::string& pem) {
  std::string text;
  for (const char c : pem) text += c == '\n' ? "\r\n" : std::string(1, c);
  return text;
}

std::string without_last_newline(const std::string& pem) {
  return pem.ends_with('\n') ? pem.substr(0, pem.size() - 1) : pem;
}

std::string with_blank_lines(const std::string& pem) {
  std::string text = pem;
  const std::string begin = "-----BEGIN CERTIFICATE-----";
  for (std::size_t at = text.find(begin, 1); at != std::string::npos;
       at = text.find(begin, at + 2 + begin.size())) {
    text.insert(at, "\n");
  }
  return text + "\n";
}

std::string with_comments(const std::string& pem) {
  return "subject=CN = test\n# issued for a drill\n" + pem;
}

// A rewritten certificate is valid still: 200, byte for byte, presented.
template <Rewrite rewrite>
void accepted(Trial& trial) {
  TestCertificate certificate = trial.fixture("valid/three-levels");
  trial.with_valid_sibling(certificate);
  certificate.made.certificate = rewrite(*certificate.made.certificate);
  certificate.made.entry.reset();
  certificate.id += ", rewritten";
  trial.accepts(certificate);
}

}  // namespace

void add_encoding_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::presented);
  add_for_both_calls({{"200/windows-line-endings", Level::should,
                       "A PEM with CRLF is taken and reads back as it was sent.",
                       "RED-67874: Windows line endings made the operator update for ever.", needs,
                       accepted<with_windows_lines>},
                      {"200/no-last-newline", Level::should,
                       "A PEM without its last newline is taken and reads back as sent.",
                       "Clients join and strip lines.", needs, accepted<without_last_newline>},
                      {"200/blank-lines-between", Level::should,
                       "A chain with blank lines between is taken and reads back as sent.",
                       "Clients join leaf and CA with or without a blank line.", needs,
                       accepted<with_blank_lines>},
                      {"200/comments-around", Level::should,
                       "A PEM with comment text around it is taken, and every node presents it.",
                       "6.2.8: the proxy crashed when the certificate carried comment text.", needs,
                       accepted<with_comments>}},
                     into);
}

}  // namespace certdrill::conformance
