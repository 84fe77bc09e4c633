// HTTP as bytes: a request, and its answer.
#include <string>

#include <gtest/gtest.h>

#include "simulator/listeners/http_message.h"

namespace certdrill::simulator {
namespace {

using State = RequestReader::State;

constexpr RequestLimits kReaderLimits{1024, 100};

int status_of(std::string input, RequestLimits limits = kReaderLimits) {
  RequestReader reader(limits);
  return reader.read(input) == State::refused ? reader.refusal().status : 0;
}

std::string with_fields(std::string_view fields) {
  return "PUT /a HTTP/1.1\r\nHost: n\r\n" + std::string(fields) + "\r\n";
}

// Gives the reader one byte after the other, but for the last `rest` ones.
State read_slowly(RequestReader& reader, std::string_view bytes, std::string& input) {
  State state = State::incomplete;
  for (const char byte : bytes) {
    EXPECT_EQ(state, State::incomplete);
    input += byte;
    state = reader.read(input);
  }
  return state;
}

TEST(RequestReader, FindsTheEndByteByByte) {
  RequestReader reader(kReaderLimits);
  std::string input;
  const std::string request =
      "PUT /a%20b?x=1&y=+%41 HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\n\r\nabc";
  ASSERT_EQ(read_slowly(reader, request, input), State::complete);
  input += "GET";
  EXPECT_EQ(reader.read(input), State::complete);
  EXPECT_EQ(input, "GET");
  const Call call = reader.take_call();
  EXPECT_EQ(call.method, "PUT");
  EXPECT_EQ(call.path, "/a b");
  EXPECT_EQ(call.body.text(), "abc");
  EXPECT_EQ(call.header("host"), "n");
  EXPECT_EQ(call.query, (std::multimap<std::string, std::string>{{"x", "1"}, {"y", " A"}}));
}

TEST(RequestReader, WithoutLengthThereIsNoBody) {
  RequestReader reader(kReaderLimits);
  std::string input = "PUT /a HTTP/1.1\r\nHost: n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: n\r\n\r\n";
  ASSERT_EQ(reader.read(input), State::complete);
  reader.reset();
  ASSERT_EQ(reader.read(input), State::complete) << "empty lines between requests do no harm";
  EXPECT_EQ(reader.take_call().method, "GET");
  EXPECT_EQ(input, "");
}

TEST(RequestReader, PutsChunksTogetherAndReadsOverTrailers) {
  RequestReader reader(kReaderLimits);
  std::string input;
  const std::string request = with_fields("Transfer-Encoding: chunked\r\n") +
                              "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n";
  ASSERT_EQ(read_slowly(reader, request, input), State::complete);
  EXPECT_EQ(input, "");
  const Call call = reader.take_call();
  EXPECT_EQ(call.body.text(), "abc0123456789");
  EXPECT_FALSE(call.header("X"));
}

TEST(RequestReader, KeepAliveIsDecidedByVersionAndConnection) {
  const auto keeps = [](std::string input) {
    RequestReader reader(kReaderLimits);
    EXPECT_EQ(reader.read(input), State::complete);
    return reader.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: n\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: n\r\nconnection: foo, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestReader, ForHttp11ThereIsExactlyOneHost) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 0) << "RFC 9112 3.2: empty is well";
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestReader, AnAbsoluteTargetIsItsPathAndItsHost) {
  struct {
    const char* line;
    const char* path;
    const char* host;
  } const cases[]{{"GET https://node:9443/v1/nodes?a=b", "/v1/nodes", "node:9443"},
                  {"GET HTTP://[::1]:9500/x%20y", "/x y", "[::1]:9500"},
                  {"GET https://node", "/", "node"},
                  {"GET https://node?a=b", "/", "node"},
                  {"OPTIONS https://node", "*", "node"},
                  {"OPTIONS *", "*", "n"},
                  {"GET //v1/nodes", "//v1/nodes", "n"}};
  for (const auto& [line, path, host] : cases) {
    RequestReader reader(kReaderLimits);
    std::string input = std::string(line) + " HTTP/1.1\r\nHost: n\r\n\r\n";
    ASSERT_EQ(reader.read(input), State::complete) << line;
    const Call call = reader.take_call();
    EXPECT_EQ(call.path, path) << line;
    EXPECT_EQ(call.header("Host"), host) << line;
  }
  for (const char* target : {"v1/nodes", "*", "ftp://n/v1", "https:///v1/nodes", "n:9443"}) {
    EXPECT_EQ(status_of("GET " + std::string(target) + " HTTP/1.1\r\nHost: n\r\n\r\n"), 400)
        << target;
  }
}

TEST(RequestReader, RefusesWhatIsMalformed) {
  EXPECT_EQ(status_of("hello\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET  / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GE(T / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\n\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(status_of("\x16\x03\x01\x02\n"), 400) << "a TLS ClientHello on a plain port";
  EXPECT_EQ(status_of(with_fields("No colon\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Space : before\r\n")), 400);
  EXPECT_EQ(status_of(with_fields(" folded: line\r\n")), 400);
  EXPECT_EQ(status_of(with_fields(std::string("A: b\0c\r\n", 8))), 400);
  EXPECT_EQ(status_of(with_fields("Expect: magic\r\n")), 417);
}

TEST(RequestReader, RefusesWhatTwoServersCouldReadDifferently) {
  EXPECT_EQ(status_of(with_fields("Content-Length: 1\r\nContent-Length: 2\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Content-Length: +1\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Content-Length: -1\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Content-Length:\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Content-Length: 1, 1\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: chunked\r\n") + "x\r\n"), 400);
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: chunked\r\n") + "-1\r\n"), 400);
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: chunked\r\n") + "1\r\nabc\r\n"), 400);
}

TEST(RequestReader, RefusesWhatIsTooLarge) {
  EXPECT_EQ(status_of(with_fields("A: " + std::string(1100, 'x') + "\r\n")), 431);
  EXPECT_EQ(status_of("GET /" + std::string(1100, 'x')), 431) << "before the line ends";
  constexpr RequestLimits roomy{32 * 1024, 100};
  EXPECT_EQ(status_of("GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n", roomy), 414);
  EXPECT_EQ(status_of(with_fields("A: " + std::string(9000, 'x') + "\r\n"), roomy), 431);
  EXPECT_EQ(status_of(with_fields("Content-Length: 100\r\n")), 0);
  EXPECT_EQ(status_of(with_fields("Content-Length: 101\r\n")), 413);
  EXPECT_EQ(status_of(with_fields("Content-Length: 99999999999999999999999\r\n")), 413);
  const std::string chunk = "3C\r\n" + std::string(60, 'x') + "\r\n";
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: chunked\r\n") + chunk), 0);
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: chunked\r\n") + chunk + chunk), 413);
  EXPECT_EQ(status_of(with_fields("Transfer-Encoding: chunked\r\n") + "ffffffffffffffff\r\n"), 413);
  std::string tiny_chunks = with_fields("Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 50; ++i) tiny_chunks += "1;" + std::string(60, 'e') + "\r\nx\r\n";
  EXPECT_EQ(status_of(tiny_chunks), 413) << "framing may not cost more than the body";
}

TEST(RequestReader, RefusesEncodedBodiesOnly) {
  EXPECT_EQ(status_of(with_fields("Content-Encoding: gzip\r\nContent-Length: 3\r\n")), 415);
  EXPECT_EQ(status_of(with_fields("Content-Encoding: identity\r\nContent-Length: 3\r\n")), 0);
}

}  // namespace
}  // namespace certdrill::simulator
