// The commands of Redis as bytes.
#include "simulator/redis/session.h"

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

TEST(RedisProtocol, AnswersPingAsArrayAndInline) {
  EXPECT_EQ(RedisSession(7).reply("*1\r\n$4\r\nPING\r\n").output, "+PONG\r\n");
  EXPECT_EQ(RedisSession(7).reply("ping\r\n").output, "+PONG\r\n");
  EXPECT_EQ(RedisSession(7).reply("*2\r\n$4\r\nPiNg\r\n$5\r\nhello\r\n").output, "$5\r\nhello\r\n");
  EXPECT_EQ(RedisSession(7).reply("PING a b\r\n").output,
            "-ERR wrong number of arguments for 'ping' command\r\n");
}

TEST(RedisProtocol, AnswersAllCommandsOfOnePacketAndKeepsTheRest) {
  const RedisReply turn = RedisSession(7).reply("PING\r\n\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPI");
  EXPECT_EQ(turn.output, "+PONG\r\n+PONG\r\n");
  EXPECT_EQ(turn.consumed, 22U);
  EXPECT_TRUE(turn.needs_input);
}

TEST(RedisProtocol, KnowsNothingElse) {
  EXPECT_EQ(
      RedisSession(7).reply("GET key\r\n").output,
      "-ERR unknown command 'GET': no data is kept here; certdrill-sim --redis HOST:PORT passes "
      "all commands to a Redis server\r\n");
  const RedisReply turn =
      RedisSession(7).reply("*1\r\n$202\r\n\r\n" + std::string(200, 'x') + "\r\n");
  EXPECT_LT(turn.output.size(), 220U);
  EXPECT_EQ(turn.output.find('\n'), turn.output.size() - 1)
      << "one line, whatever the client sends";
}

TEST(RedisProtocol, QuitCloses) {
  const RedisReply turn = RedisSession(7).reply("QUIT\r\nPING\r\n");
  EXPECT_EQ(turn.output, "+OK\r\n");
  EXPECT_TRUE(turn.close);
}

TEST(RedisProtocol, RefusesWhatIsNoRedis) {
  for (const char* input : {"*x\r\n", "*99999\r\n", "*1\r\nPING\r\n", "*1\r\n$99999999\r\n"}) {
    const RedisReply turn = RedisSession(7).reply(input);
    EXPECT_EQ(turn.output.rfind("-ERR Protocol error", 0), 0U) << input;
    EXPECT_TRUE(turn.close) << input;
  }
  EXPECT_TRUE(RedisSession(7).reply(std::string(70 * 1024, 'x')).close) << "a line without an end";
}

TEST(RedisProtocol, TurnsAwayWhatIsTooMuch) {
  const RedisReply turn = redis_farewell("max number of clients reached");
  EXPECT_EQ(turn.output, "-ERR max number of clients reached\r\n");
  EXPECT_TRUE(turn.close);
}

// As redis-py, node-redis and go-redis begin.
TEST(RedisProtocol, GreetsInBothProtocols) {
  RedisSession session(7);
  EXPECT_EQ(
      session.reply("HELLO 3 AUTH default secret SETNAME app\r\n").output,
      "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n$5\r\nproto\r\n:3\r\n"
      "$2\r\nid\r\n:7\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
      "$7\r\nmodules\r\n*0\r\n");
  EXPECT_EQ(session.reply("CLIENT GETNAME\r\n").output, "$3\r\napp\r\n");
  EXPECT_EQ(session.reply("COMMAND INFO nothing\r\n").output, "*1\r\n_\r\n");
  EXPECT_EQ(session.reply("HELLO 2\r\n").output.substr(0, 5), "*14\r\n");
  EXPECT_EQ(session.reply("COMMAND INFO nothing\r\n").output, "*1\r\n$-1\r\n");
  EXPECT_EQ(session.reply("HELLO 4\r\n").output, "-NOPROTO unsupported protocol version\r\n");
  EXPECT_EQ(session.reply("HELLO x\r\n").output.rfind("-ERR Protocol version", 0), 0U);
  EXPECT_EQ(session.reply("HELLO 3 MAGIC\r\n").output,
            "-ERR Syntax error in HELLO option 'MAGIC'\r\n");
  EXPECT_EQ(session.reply("HELLO 3 AUTH default\r\n").output.rfind("-ERR Syntax error", 0), 0U);
}

TEST(RedisProtocol, AnswersWhatClientsSayOfThemselves) {
  RedisSession session(7);
  for (const char* line : {"CLIENT SETINFO LIB-NAME redis-py\r\n", "CLIENT SETINFO LIB-VER 8.0\r\n",
                           "CLIENT SETNAME a\r\n", "AUTH secret\r\n", "AUTH user secret\r\n",
                           "SELECT 0\r\n", "READONLY\r\n"})
    EXPECT_EQ(session.reply(line).output, "+OK\r\n") << line;
  EXPECT_EQ(session.reply("CLIENT ID\r\n").output, ":7\r\n");
  EXPECT_EQ(session.reply("CLIENT SETINFO\r\n").output.rfind("-ERR unknown subcommand", 0), 0U);
  EXPECT_EQ(session.reply("CLIENT MAINT_NOTIFICATIONS ON\r\n").output.rfind("-ERR unknown", 0), 0U)
      << "clients fall back then";
  EXPECT_EQ(session.reply("SELECT 1\r\n").output.rfind("-ERR DB index is out of range", 0), 0U);
  EXPECT_EQ(session.reply("ECHO hello\r\n").output, "$5\r\nhello\r\n");
  EXPECT_NE(session.reply("INFO\r\n").output.find("loading:0\r\n"), std::string::npos);
  EXPECT_EQ(session.reply("COMMAND COUNT\r\n").output, ":11\r\n");
  EXPECT_EQ(session.reply("COMMAND\r\n").output.substr(0, 5), "*11\r\n");
  EXPECT_EQ(session.reply("COMMAND DOCS\r\n").output, "*0\r\n");
  EXPECT_EQ(session.reply("RESET\r\n").output, "+RESET\r\n");
  EXPECT_EQ(session.reply("CLIENT GETNAME\r\n").output, "$-1\r\n");
}

TEST(RedisServerAddress, IsHostAndPort) {
  const auto v4 = find_redis_server("127.0.0.1:6379");
  ASSERT_TRUE(v4.has_value()) << v4.error();
  EXPECT_EQ(v4->address, "127.0.0.1");
  EXPECT_EQ(v4->port, 6379);
  EXPECT_EQ(find_redis_server("[::1]:1").value().address, "::1");
  EXPECT_EQ(find_redis_server("localhost:6379").value().address, "127.0.0.1");
  for (const char* text : {"", "6379", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                           ":6379", "::1:6379", "h:6379x", "rediss://127.0.0.1"})
    EXPECT_FALSE(find_redis_server(text).has_value()) << text;
  EXPECT_NE(find_redis_server("no.such.host.invalid:1").error().find("cannot be found"),
            std::string::npos);
}

}  // namespace
}  // namespace certdrill::simulator
