#include "simulator/listeners/request_framer.h"

#include <string>

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

using State = RequestFramer::State;

constexpr RequestLimits limits{1024, 100};

int status_of(std::string_view input) {
  RequestFramer framer(limits);
  return framer.advance(input) == State::refused ? framer.refusal().status : 0;
}

std::string with_fields(std::string_view fields) {
  return "PUT /a HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestFramer, FindsTheEndByteByByte) {
  const std::string input = "PUT /a HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\n\r\nabcGET";
  const std::size_t size = input.size() - 3;
  RequestFramer framer(limits);
  for (std::size_t i = 0; i < size; ++i) {
    ASSERT_EQ(framer.advance(std::string_view(input).substr(0, i)), State::incomplete) << i;
  }
  ASSERT_EQ(framer.advance(input), State::complete);
  EXPECT_EQ(framer.size(), size);
  EXPECT_EQ(framer.body(input), "abc");
  EXPECT_EQ(framer.header(input), "PUT /a HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\n\r\n");
}

TEST(RequestFramer, WithoutLengthThereIsNoBody) {
  const std::string input = "PUT /a HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
  RequestFramer framer(limits);
  ASSERT_EQ(framer.advance(input), State::complete);
  EXPECT_EQ(framer.size(), 19U);
  framer.reset();
  ASSERT_EQ(framer.advance(std::string_view(input).substr(19)), State::complete);
}

TEST(RequestFramer, PutsChunksTogether) {
  const std::string input = with_fields("Transfer-Encoding: chunked\r\n") +
                            "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET";
  RequestFramer framer(limits);
  for (std::size_t i = 0; i < input.size() - 3; ++i) {
    ASSERT_EQ(framer.advance(std::string_view(input).substr(0, i)), State::incomplete) << i;
  }
  ASSERT_EQ(framer.advance(input), State::complete);
  EXPECT_EQ(framer.body(input), "abc0123456789");
  EXPECT_EQ(framer.size(), input.size() - 3);
}

TEST(RequestFramer, KeepAliveIsDecidedByVersionAndConnection) {
  const auto keeps = [](const std::string& input) {
    RequestFramer framer(limits);
    EXPECT_EQ(framer.advance(input), State::complete);
    return framer.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nconnection: foo, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestFramer, RefusesWhatIsMalformed) {
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

TEST(RequestFramer, RefusesWhatTwoServersCouldReadDifferently) {
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

TEST(RequestFramer, RefusesWhatIsTooLarge) {
  EXPECT_EQ(status_of(with_fields("A: " + std::string(1100, 'x') + "\r\n")), 431);
  EXPECT_EQ(status_of("GET /" + std::string(1100, 'x')), 431) << "before the line ends";
  RequestFramer roomy({32 * 1024, 100});
  ASSERT_EQ(roomy.advance("GET /" + std::string(9000, 'x')), State::refused);
  EXPECT_EQ(roomy.refusal().status, 414);
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

TEST(RequestFramer, RefusesEncodedBodiesOnly) {
  EXPECT_EQ(status_of(with_fields("Content-Encoding: gzip\r\nContent-Length: 3\r\n")), 415);
  EXPECT_EQ(status_of(with_fields("Content-Encoding: identity\r\nContent-Length: 3\r\n")), 0);
}

}  // namespace
}  // namespace certdrill::simulator
