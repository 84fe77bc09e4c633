// The same valid request in the other forms that JSON and HTTP allow, as real clients send it: it must be taken as if it
// had come in the plain one.
#include <fmt/format.h>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace wire_cases {

using Change = std::function<void(HttpRequest&)>;

// The answer to a certificate that is not installed yet, sent with the request changed.
HttpAnswer sent_as(Trial& trial, const std::string& form, const Change& change) {
  trial.install_sibling();
  const TestCertificate next = trial.valid(1);
  HttpRequest request = trial.request("PUT", path_of(trial.call()), next.body(trial.call()));
  change(request);
  return trial.send(request, fmt::format("{} {}", next.note(), form));
}

void taken(Trial& trial, const std::string& form, const Change& change) {
  trial.expect_status(sent_as(trial, form, change), {200}, "a valid certificate " + form);
  trial.expect_reads_back(trial.valid(1));
}

// Only texts hold these characters: the PEM blocks.
void with_escapes(HttpRequest& request, std::string_view plain, std::string_view escaped) {
  std::string& body = request.body;
  for (std::size_t at = 0; (at = body.find(plain, at)) != std::string::npos; at += escaped.size())
    body.replace(at, plain.size(), escaped);
}

void slashes_escaped(Trial& trial) {
  taken(trial, R"(with '/' written as '\/')",
        [](HttpRequest& request) { with_escapes(request, "/", R"(\/)"); });
}

void letters_escaped(Trial& trial) {
  taken(trial, R"(with '=' and '+' written as \u003d and \u002b)", [](HttpRequest& request) {
    with_escapes(request, "=", R"(\u003d)");
    with_escapes(request, "+", R"(\u002b)");
  });
}

template <bool HttpRequest::*way>
void sent_with(Trial& trial) {
  taken(trial, "sent in another way", [](HttpRequest& request) { request.*way = true; });
}

// Blanks after the first brace: valid JSON, and as long as a body with comments or long chains.
void stretch(HttpRequest& request, std::size_t size) {
  if (request.body.size() < size) request.body.insert(1, size - request.body.size(), ' ');
}

template <std::size_t kilobytes>
void long_body(Trial& trial) {
  taken(trial, fmt::format("in a body of {} KB", kilobytes),
        [](HttpRequest& request) { stretch(request, (kilobytes << 10) + 1); });
}

void a_megabyte(Trial& trial) {
  const HttpAnswer answer = sent_as(trial, "in a body of 1 MB",
                                    [](HttpRequest& request) { stretch(request, (1 << 20) + 1); });
  trial.expect_status(answer, {200, 400, 413}, "a body of 1 MB");
  trial.observe(fmt::format("a valid body of 1 MB is answered {}", answer.status));
}

}  // namespace wire_cases

void add_wire_cases(std::vector<Case>& into) {
  using namespace wire_cases;
  const Needs needs = changes_of(Subject::any);
  constexpr auto kLimit =
      "No source states a limit; eleven certificates with their chains are some 100 KB.";
  add_for_both_calls(
      {{"200/slashes-may-be-escaped", "JSON with '/' as '\\/', as PHP writes it.", contract::kBody,
        slashes_escaped},
       {"200/letters-may-be-escaped",
        "JSON with '=' and '+' as \\u003d and \\u002b, as Gson writes them.", contract::kBody,
        letters_escaped},
       {"200/body-in-chunks", "A body with Transfer-Encoding: chunked is read.",
        "RFC 9112 7.1: a recipient must be able to decode chunks; no page of the vendor speaks of "
        "it.",
        sent_with<&HttpRequest::chunked>, Level::should},
       {"200/expect-100-continue",
        "Expect: 100-continue, which curl sends with long bodies, does no harm.",
        "RFC 9110 10.1.1: a server that does not send 100 answers the request all the same.",
        sent_with<&HttpRequest::expect_continue>, Level::should},
       {"200/body-of-16-kb", "A valid body of 16 KB is taken.", kLimit, long_body<16>,
        Level::should},
       {"200/body-of-64-kb", "A valid body of 64 KB is taken.", kLimit, long_body<64>,
        Level::should},
       {"observed/body-of-1-mb", "A valid body of 1 MB.", kLimit, a_megabyte, Level::info}},
      into, needs);
}

}  // namespace certdrill::conformance
