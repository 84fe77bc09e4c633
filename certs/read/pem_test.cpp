#include "certs/read/pem.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "certs/read/openssl.h"

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

// Bytes of every value, long enough for several lines.
std::string sample_bytes(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
  return bytes;
}

const std::string kDer = sample_bytes(200);
const std::string kPem = to_pem("CERTIFICATE", kDer);

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string body_of(const std::string& text) {
  const std::size_t begin = text.find('\n') + 1;
  return text.substr(begin, text.find("-----END") - begin);
}

std::string with_body(const std::string& body) {
  return "-----BEGIN CERTIFICATE-----\n" + body + "-----END CERTIFICATE-----\n";
}

void expect_der(const std::string& text, std::size_t blocks = 1) {
  const auto read = parse_pem(text);
  ASSERT_TRUE(read.has_value()) << read.error().what << " on line " << read.error().line;
  ASSERT_EQ(read->size(), blocks);
  for (const PemBlock& block : *read) {
    EXPECT_EQ(block.label, "CERTIFICATE");
    EXPECT_EQ(block.der, kDer);
  }
}

TEST(Pem, WritesLinesOf64AndReadsThemBack) {
  EXPECT_TRUE(kPem.starts_with("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_TRUE(kPem.ends_with("\n-----END CERTIFICATE-----\n"));
  EXPECT_EQ(kPem.find('\n', 28), 28 + 64);
  for (std::size_t size = 1; size < 300; ++size) {
    const std::string bytes = sample_bytes(size, static_cast<unsigned>(size));
    const auto read = parse_pem(to_pem("X", bytes));
    ASSERT_TRUE(read.has_value()) << size;
    ASSERT_EQ(read->size(), 1U);
    EXPECT_EQ(read->front().der, bytes);
    EXPECT_EQ(read->front().line, 1U);
  }
}

TEST(Pem, FindsNothingInOtherTexts) {
  for (const char* text : {"", "\n", "hello", "-----", "--------------------", "----- BEGIN -----"})
    EXPECT_EQ(parse_pem(text).value().size(), 0U) << text;
}

TEST(Pem, TakesWhateverStandsAroundABlock) {
  expect_der(replaced(kPem, "\n", "\r\n"));
  expect_der("\xEF\xBB\xBF" + kPem);
  expect_der("Bag Attributes\n  friendlyName: x\n\n" + kPem + "# the end, -- really --\n");
  expect_der("subject=/CN=x - y\n----------\n" + kPem);
  expect_der(kPem.substr(0, kPem.size() - 1));
  expect_der(kPem + kPem, 2);
  expect_der(kPem + "\n\n \t\n" + kPem, 2);
  expect_der(replaced(kPem, "\n", "  \t\n"));
  expect_der(std::string("a\0b\n", 4) + kPem);
}

TEST(Pem, TakesLinesOfAnyLength) {
  const std::string one_line = replaced(body_of(kPem), "\n", "");
  expect_der(with_body(one_line + "\n"));
  for (const std::size_t length : {1, 2, 3, 5, 63, 65, 76, 100}) {
    std::string body;
    for (std::size_t at = 0; at < one_line.size(); at += length)
      body += one_line.substr(at, length) + "\n";
    expect_der(with_body(body));
  }
}

TEST(Pem, TakesOneBlankLineBeforeTheBodyAsOpensslDoes) {
  expect_der(with_body("\n" + body_of(kPem)));
}

TEST(Pem, KeepsHeaderLinesApart) {
  const std::string headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n";
  const auto read = parse_pem(with_body(headers + "\n" + body_of(kPem)));
  ASSERT_TRUE(read.has_value()) << read.error().what;
  EXPECT_EQ(read->front().headers, headers);
  EXPECT_EQ(read->front().der, kDer);
}

TEST(Pem, CountsLines) {
  const auto read = parse_pem("comment\r\n\r\n" + kPem + kPem);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->at(0).line, 3U);
  EXPECT_EQ(read->at(1).line, 3U + 7U);
}

struct Damage {
  const char* name;
  std::string text;
  std::size_t line;
  const char* what;
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

class DamagedPem : public testing::TestWithParam<Damage> {};

TEST_P(DamagedPem, IsRefusedWithItsLineAndCause) {
  const auto read = parse_pem(GetParam().text);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().line, GetParam().line);
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().what));
  EXPECT_EQ(read.error().label, "CERTIFICATE");
}

std::vector<Damage> damages() {
  const std::string body = body_of(kPem);
  std::string odd = body;
  odd[70] = '*';
  return {
      {"NoEnd", "x\n-----BEGIN CERTIFICATE-----\n" + body, 2, "not closed by an END line"},
      {"OnlyBegin", "-----BEGIN CERTIFICATE-----", 1, "not closed by an END line"},
      {"BeginInBegin", "-----BEGIN CERTIFICATE-----\n" + body + kPem, 1, "before the next block"},
      {"StrayEnd", kPem + "-----END CERTIFICATE-----\n", 8, "without a BEGIN"},
      {"OtherEnd", replaced(kPem, "END CERTIFICATE", "END CERT"), 7, "names 'CERT'"},
      {"NotBase64", with_body(odd), 3, "not base64"},
      {"DashInside", with_body("AAAA-AAA\n"), 2, "not base64"},
      {"DashesInside", with_body("AAAA\n-----\nAAAA\n"), 3, "dashes inside"},
      {"CutShort", with_body("AAAAA\n"), 3, "multiple of four"},
      {"MissingPadding", with_body("AAAAAA\n"), 3, "multiple of four"},
      {"TooMuchPadding", with_body("AAA==\n"), 3, "wrong number of '='"},
      {"PaddingFirst", with_body("====\n"), 2, "'=' where"},
      {"PaddingAfterOne", with_body("A===\n"), 2, "'=' where"},
      {"TextAfterPadding", with_body("AA==\nAAAA\n"), 3, "after the padding"},
      {"BlankLineInside", with_body("AAAA\n\nAAAA\n"), 3, "blank line"},
      {"BlankLineAtTheEnd", with_body("AAAA\r\n\r\n"), 3, "blank line"},
      {"TwoBlankLinesFirst", with_body("\n\nAAAA\n"), 3, "blank line"},
      {"Empty", with_body(""), 1, "empty"},
      {"NulInside", with_body(std::string("AA\0A\n", 5)), 2, "NUL"},
      {"LiteralLineBreaks", replaced(kPem, "\n", "\\n"), 1, "'\\' and 'n'"},
      {"LiteralBreaksInside", with_body(replaced(body, "\n", "\\n") + "\n"), 2, "backslash"},
      {"JoinedWithoutBreaks", replaced(kPem, "\n", ""), 1, "line breaks lost"},
      {"JoinedWithBlanks", replaced(kPem, "\n", " "), 1, "line breaks lost"},
      {"CarriageReturnsOnly", replaced(kPem, "\n", "\r"), 1, "line breaks lost"},
      {"EndOnTheLastLine", replaced(kPem, "\n-----END", "-----END"), 6, "line of its own"},
      {"BlocksOnOneLine", kPem.substr(0, kPem.size() - 1) + kPem, 7, "line break is missing"},
      {"Indented", replaced(kPem, "-----BEGIN", "  -----BEGIN"), 1, "indented"},
      {"Quoted", "\"" + kPem + "\"", 1, "jq prints it plain with -r"},
      {"ZeroWidthSpace", "\u200B" + kPem, 1, "U+200B, a zero width space"},
      {"NoBreakSpaceInside", with_body("AA\u00A0AA\n"), 2, "U+00A0, a no-break space"},
      {"TextBehindEnd", kPem.substr(0, kPem.size() - 1) + "\"", 7, "a quotation mark"},
      {"WordBehindEnd", kPem.substr(0, kPem.size() - 1) + "end", 7, "text follows"},
      {"FourDashes", replaced(kPem, "TE-----", "TE----"), 1, "five dashes"},
      {"SixDashes", replaced(kPem, "TE-----", "TE------"), 1, "text follows"},
      {"HeadersWithoutBlankLine", with_body("Proc-Type: 4\n" + body), 2, "not base64"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, DamagedPem, testing::ValuesIn(damages()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Pem, NeverRepeatsTheBody) {
  std::string text = to_pem("PRIVATE KEY", kDer);
  text[100] = '!';
  const auto read = parse_pem(text);
  ASSERT_FALSE(read.has_value());
  const std::string body = body_of(text);
  for (std::size_t at = 0; at + 6 < body.size(); ++at)
    EXPECT_EQ(read.error().what.find(body.substr(at, 6)), std::string::npos);
}

TEST(Pem, ShowsNoControlCharactersOfALabel) {
  const auto read = parse_pem("-----BEGIN A\x1b[2J" + std::string(100, 'B') + "-----\n");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().label, "A?[2J" + std::string(35, 'B') + "...");
}

TEST(TextHints, NamesBlocks) {
  EXPECT_THAT(describe_block({.label = "CERTIFICATE REQUEST", .headers = "", .der = "", .line = 3}),
              testing::AllOf(HasSubstr("'CERTIFICATE REQUEST' block on line 3"),
                             HasSubstr("signing request")));
  EXPECT_EQ(describe_block({.label = "UNHEARD OF", .headers = "", .der = "", .line = 1}),
            "a 'UNHEARD OF' block on line 1");
}

// OpenSSL's own reader, which is what a real node uses.
std::vector<std::string> read_by_openssl(const std::string& text) {
  const OpensslErrorScope scope;
  const BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::vector<std::string> blocks;
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
    blocks.emplace_back(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  return blocks;
}

// What is accepted here must read the same on a node: more would promise what the
// cluster cannot keep.
TEST(Pem, AcceptsNothingThatOpensslReadsOtherwise) {
  const std::string base = "a comment\n" + to_pem("CERTIFICATE", sample_bytes(75)) +
                           to_pem("CERTIFICATE", sample_bytes(100));
  constexpr std::string_view inserts = "A=- \n\r:\\/+\t";
  std::mt19937 random(20260601);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  int accepted = 0;
  for (int round = 0; round < 30000; ++round) {
    std::string text = base;
    for (std::size_t change = 0; change <= below(2); ++change) {
      const std::size_t at = below(text.size());
      if (below(2) == 0)
        text.erase(at, 1 + below(3));
      else
        text.insert(at, 1, inserts[below(inserts.size())]);
    }
    const auto read = parse_pem(text);
    if (!read) continue;
    ++accepted;
    std::vector<std::string> ours;
    for (const PemBlock& block : *read) ours.push_back(block.der);
    ASSERT_EQ(ours, read_by_openssl(text)) << text;
  }
  EXPECT_GT(accepted, 3000);
  EXPECT_LT(accepted, 29000);
}

}  // namespace
}  // namespace certdrill::certs
