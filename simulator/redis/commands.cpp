#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <strings.h>

#include "certs/read/text.h"
#include "simulator/redis/session.h"

namespace certdrill::simulator {
namespace {

using Words = std::span<const std::string>;

constexpr auto kRedisVersion = "7.4.0";
constexpr std::size_t kLongestEcho = 64;  // of a client's words in an error

// Answers in the session's protocol: what RESP2 has no type for is sent as a flat array there.
class RespWriter {
 public:
  RespWriter(std::string& out, bool resp3) : out_(out), resp3_(resp3) {}

  void simple(std::string_view text) { out_ += fmt::format("+{}\r\n", text); }  // one line
  void error(std::string_view text) { out_ += fmt::format("-{}\r\n", text); }   // with its code
  void bulk(std::string_view text) { out_ += fmt::format("${}\r\n{}\r\n", text.size(), text); }
  void integer(std::int64_t number) { out_ += fmt::format(":{}\r\n", number); }
  void null() { out_ += resp3_ ? "_\r\n" : "$-1\r\n"; }
  void array(std::size_t size) { out_ += fmt::format("*{}\r\n", size); }  // so many values follow
  void map(std::size_t pairs) {  // so many keys and values follow
    out_ += resp3_ ? fmt::format("%{}\r\n", pairs) : fmt::format("*{}\r\n", 2 * pairs);
  }

 private:
  std::string& out_;
  const bool resp3_;
};

struct CommandCall {
  Words words;
  RedisSession& session;
  RedisReply& reply;
  RespWriter out;
};

struct RedisCommand {
  std::string_view name;
  int arity;  // as COMMAND tells it: with the name; negative: at least so many
  void (*answer)(CommandCall& call);
};

std::span<const RedisCommand> redis_commands();

bool same_word(std::string_view one, std::string_view other) {
  return one.size() == other.size() && strncasecmp(one.data(), other.data(), one.size()) == 0;
}

std::string lower_word(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void ok(CommandCall& call) { call.out.simple("OK"); }

void ping(CommandCall& call) {
  if (call.words.size() > 1)
    call.out.bulk(call.words[1]);
  else
    call.out.simple("PONG");
}

void echo(CommandCall& call) { call.out.bulk(call.words[1]); }

void quit(CommandCall& call) {
  call.out.simple("OK");
  call.reply.close = true;
}

void reset(CommandCall& call) {
  call.session.speak(false);
  call.session.set_name("");
  call.out.simple("RESET");
}

// A Redis Enterprise database has the number 0 alone.
void select_database(CommandCall& call) {
  if (call.words[1] == "0")
    call.out.simple("OK");
  else
    call.out.error("ERR DB index is out of range; the database has number 0 alone");
}

void greet(const RedisSession& session, RespWriter out) {
  out.map(7);
  out.bulk("server");
  out.bulk("redis");
  out.bulk("version");
  out.bulk(kRedisVersion);
  out.bulk("proto");
  out.integer(session.resp3() ? 3 : 2);
  out.bulk("id");
  out.integer(static_cast<std::int64_t>(session.id()));
  out.bulk("mode");
  out.bulk("standalone");
  out.bulk("role");
  out.bulk("master");
  out.bulk("modules");
  out.array(0);
}

// HELLO [VERSION [AUTH USER PASSWORD] [SETNAME NAME]]
void hello(CommandCall& call) {
  const Words words = call.words;
  if (words.size() > 1 && words[1] != "2" && words[1] != "3")
    return call.out.error(words[1].find_first_not_of("0123456789") == std::string::npos
                              ? "NOPROTO unsupported protocol version"
                              : "ERR Protocol version is not an integer or out of range");
  std::string_view name = call.session.name();
  for (std::size_t i = 2; i < words.size();) {
    const auto left = words.size() - i;
    if (same_word(words[i], "auth") && left > 2) {
      i += 3;
    } else if (same_word(words[i], "setname") && left > 1) {
      name = words[i + 1];
      i += 2;
    } else {
      return call.out.error(fmt::format("ERR Syntax error in HELLO option '{}'",
                                        certs::printable(words[i], kLongestEcho)));
    }
  }
  if (words.size() > 1) call.session.speak(words[1] == "3");
  call.session.set_name(std::string(name));
  greet(call.session, RespWriter(call.reply.output, call.session.resp3()));
}

void client(CommandCall& call) {
  const auto& what = call.words[1];
  const auto is = [&](const char* name, std::size_t words) {
    return same_word(what, name) && call.words.size() == words;
  };
  if (is("setname", 3)) {
    call.session.set_name(call.words[2]);
    call.out.simple("OK");
  } else if (is("setinfo", 4) || is("no-evict", 3) || is("no-touch", 3)) {
    call.out.simple("OK");
  } else if (is("getname", 2)) {
    call.session.name().empty() ? call.out.null() : call.out.bulk(call.session.name());
  } else if (is("id", 2)) {
    call.out.integer(static_cast<std::int64_t>(call.session.id()));
  } else {
    call.out.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'",
                               certs::printable(what, kLongestEcho)));
  }
}

void info(CommandCall& call) {
  call.out.bulk(
      fmt::format("# Server\r\nredis_version:{}\r\nredis_mode:standalone\r\nos:certdrill\r\n\r\n"
                  "# Persistence\r\nloading:0\r\n\r\n"
                  "# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n"
                  "# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n",
                  kRedisVersion));
}

void describe_command(RespWriter& out, const RedisCommand& command) {
  out.array(6);
  out.bulk(command.name);
  out.integer(command.arity);
  out.array(1);
  out.simple("fast");
  for (int i = 0; i < 3; ++i) out.integer(0);  // it has no keys
}

void command(CommandCall& call) {
  const auto known = redis_commands();
  const std::string_view what = call.words.size() > 1 ? std::string_view(call.words[1]) : "";
  if (same_word(what, "count")) return call.out.integer(static_cast<std::int64_t>(known.size()));
  if (same_word(what, "docs")) return call.out.map(0);
  if (what.empty() || (same_word(what, "info") && call.words.size() == 2)) {
    call.out.array(known.size());
    for (const auto& one : known) describe_command(call.out, one);
    return;
  }
  if (!same_word(what, "info")) {
    return call.out.error(
        fmt::format("ERR unknown subcommand '{}'", certs::printable(what, kLongestEcho)));
  }
  call.out.array(call.words.size() - 2);
  for (const auto& name : call.words.subspan(2)) {
    const auto found = std::ranges::find(known, lower_word(name), &RedisCommand::name);
    found == known.end() ? call.out.null() : describe_command(call.out, *found);
  }
}

// Any credentials are right: whoever got through TLS is let in, as to a database without a password
// of its own.
constexpr std::array<RedisCommand, 11> kRedisCommands{{
    {"auth", -2, ok},
    {"client", -2, client},
    {"command", -1, command},
    {"echo", 2, echo},
    {"hello", -1, hello},
    {"info", -1, info},
    {"ping", -1, ping},
    {"quit", -1, quit},
    {"readonly", 1, ok},
    {"reset", 1, reset},
    {"select", 2, select_database},
}};

std::span<const RedisCommand> redis_commands() { return kRedisCommands; }

bool fits(const RedisCommand& command, std::size_t words) {
  if (command.name == "ping" && words > 2) return false;
  if (command.name == "auth" && words > 3) return false;
  return command.arity < 0 ? words >= static_cast<std::size_t>(-command.arity)
                           : words == static_cast<std::size_t>(command.arity);
}

}  // namespace

void answer_command(Words words, RedisSession& session, RedisReply& reply) {
  CommandCall call{words, session, reply, {reply.output, session.resp3()}};
  const auto found = std::ranges::find(kRedisCommands, lower_word(words[0]), &RedisCommand::name);
  if (found == kRedisCommands.end()) {
    call.out.error(
        fmt::format("ERR unknown command '{}': no data is kept here; certdrill-sim --redis "
                    "HOST:PORT passes all commands to a Redis server",
                    certs::printable(words[0], kLongestEcho)));
  } else if (!fits(*found, words.size())) {
    call.out.error(fmt::format("ERR wrong number of arguments for '{}' command", found->name));
  } else {
    found->answer(call);
  }
}

}  // namespace certdrill::simulator
