#include "simulator/listeners/redis_protocol.h"

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

TEST(RedisProtocol, AnswersPingAsArrayAndInline) {
  EXPECT_EQ(reply_to_redis("*1\r\n$4\r\nPING\r\n").output, "+PONG\r\n");
  EXPECT_EQ(reply_to_redis("ping\r\n").output, "+PONG\r\n");
  EXPECT_EQ(reply_to_redis("*2\r\n$4\r\nPiNg\r\n$5\r\nhello\r\n").output, "$5\r\nhello\r\n");
  EXPECT_EQ(reply_to_redis("PING a b\r\n").output,
            "-ERR wrong number of arguments for 'ping' command\r\n");
}

TEST(RedisProtocol, AnswersAllCommandsOfOnePacketAndKeepsTheRest) {
  const RedisReply turn = reply_to_redis("PING\r\n\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPI");
  EXPECT_EQ(turn.output, "+PONG\r\n+PONG\r\n");
  EXPECT_EQ(turn.consumed, 22U);
  EXPECT_TRUE(turn.needs_input);
}

TEST(RedisProtocol, KnowsNothingElse) {
  EXPECT_EQ(reply_to_redis("GET key\r\n").output, "-ERR unknown command 'GET'\r\n");
  const RedisReply turn = reply_to_redis("*1\r\n$202\r\n\r\n" + std::string(200, 'x') + "\r\n");
  EXPECT_LT(turn.output.size(), 110U);
  EXPECT_EQ(turn.output.find('\n'), turn.output.size() - 1)
      << "one line, whatever the client sends";
}

TEST(RedisProtocol, QuitCloses) {
  const RedisReply turn = reply_to_redis("QUIT\r\nPING\r\n");
  EXPECT_EQ(turn.output, "+OK\r\n");
  EXPECT_TRUE(turn.close);
}

TEST(RedisProtocol, RefusesWhatIsNoRedis) {
  for (const char* input : {"*x\r\n", "*99999\r\n", "*1\r\nPING\r\n", "*1\r\n$99999999\r\n"}) {
    const RedisReply turn = reply_to_redis(input);
    EXPECT_EQ(turn.output.rfind("-ERR Protocol error", 0), 0U) << input;
    EXPECT_TRUE(turn.close) << input;
  }
  EXPECT_TRUE(reply_to_redis(std::string(70 * 1024, 'x')).close) << "a line without an end";
}

TEST(RedisProtocol, TurnsAwayWhatIsTooMuch) {
  const RedisReply turn = too_many_redis_clients();
  EXPECT_EQ(turn.output, "-ERR max number of clients reached\r\n");
  EXPECT_TRUE(turn.close);
}

}  // namespace
}  // namespace certdrill::simulator
