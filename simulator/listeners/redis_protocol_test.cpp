#include "simulator/listeners/redis_protocol.h"

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

class NoWire final : public ResponseWire {
 public:
  bool send_now(std::string_view) override { return false; }
  bool gone() const override { return false; }
};

Turn say(std::string_view input, bool turned_away = false) {
  NoWire wire;
  return RedisConversation(turned_away).take_turn(input, wire);
}

TEST(RedisConversation, AnswersPingAsArrayAndInline) {
  EXPECT_EQ(say("*1\r\n$4\r\nPING\r\n").output, "+PONG\r\n");
  EXPECT_EQ(say("ping\r\n").output, "+PONG\r\n");
  EXPECT_EQ(say("*2\r\n$4\r\nPiNg\r\n$5\r\nhello\r\n").output, "$5\r\nhello\r\n");
  EXPECT_EQ(say("PING a b\r\n").output, "-ERR wrong number of arguments for 'ping' command\r\n");
}

TEST(RedisConversation, AnswersAllCommandsOfOnePacketAndKeepsTheRest) {
  const Turn turn = say("PING\r\n\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPI");
  EXPECT_EQ(turn.output, "+PONG\r\n+PONG\r\n");
  EXPECT_EQ(turn.consumed, 22U);
  EXPECT_TRUE(turn.needs_input);
}

TEST(RedisConversation, KnowsNothingElse) {
  EXPECT_EQ(say("GET key\r\n").output, "-ERR unknown command 'GET'\r\n");
  const Turn turn = say("*1\r\n$202\r\n\r\n" + std::string(200, 'x') + "\r\n");
  EXPECT_LT(turn.output.size(), 110U);
  EXPECT_EQ(turn.output.find('\n'), turn.output.size() - 1)
      << "one line, whatever the client sends";
}

TEST(RedisConversation, QuitCloses) {
  const Turn turn = say("QUIT\r\nPING\r\n");
  EXPECT_EQ(turn.output, "+OK\r\n");
  EXPECT_TRUE(turn.close);
}

TEST(RedisConversation, RefusesWhatIsNoRedis) {
  for (const char* input : {"*x\r\n", "*99999\r\n", "*1\r\nPING\r\n", "*1\r\n$99999999\r\n"}) {
    const Turn turn = say(input);
    EXPECT_EQ(turn.output.rfind("-ERR Protocol error", 0), 0U) << input;
    EXPECT_TRUE(turn.close) << input;
  }
  EXPECT_TRUE(say(std::string(70 * 1024, 'x')).close) << "a line without an end";
}

TEST(RedisConversation, TurnsAwayWhatIsTooMuch) {
  const Turn turn = say("PING\r\n", true);
  EXPECT_EQ(turn.output, "-ERR max number of clients reached\r\n");
  EXPECT_TRUE(turn.close);
}

}  // namespace
}  // namespace certdrill::simulator
