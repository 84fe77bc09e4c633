#include "simulator/listeners/redis_protocol.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <strings.h>
#include <tl/expected.hpp>

namespace certdrill::simulator {
namespace redis_detail {

constexpr std::size_t kLargestCommand = 64 * 1024;
constexpr std::size_t kMostWords = 1024;
constexpr std::size_t kLongestEcho = 64;  // of a client's words in an error

struct Command {
  std::vector<std::string> words;
  std::size_t size = 0;  // bytes of the input
};

// Not an error: more input is needed. Otherwise a sentence, without "-ERR ".
using Parsed = tl::expected<std::optional<Command>, std::string>;

// Takes a line, without its end, off the front. None: it is not all there.
std::optional<std::string_view> take_line(std::string_view& input) {
  const auto end = input.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto line = input.substr(0, end);
  input.remove_prefix(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// "*3" or "$12".
std::optional<std::size_t> count_after(char sign, std::string_view line) {
  if (line.size() < 2 || line.front() != sign) return std::nullopt;
  std::size_t count = 0;
  const auto* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + 1, end, count);
  if (error != std::errc() || stop != end) return std::nullopt;
  return count;
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  return {std::istream_iterator<std::string>(stream), {}};
}

Parsed parse(std::string_view input) {
  const auto whole = input.size();
  const auto line = take_line(input);
  if (!line) return std::nullopt;
  if (line->empty() || line->front() != '*') return Command{words_of(*line), whole - input.size()};
  const auto count = count_after('*', *line);
  if (!count || *count > kMostWords)
    return tl::unexpected(std::string("Protocol error: invalid multibulk length"));
  Command command;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto header = take_line(input);
    if (!header) return std::nullopt;
    const auto length = count_after('$', *header);
    if (!length) return tl::unexpected(std::string("Protocol error: expected '$' and a length"));
    if (*length > kLargestCommand)
      return tl::unexpected(std::string("Protocol error: invalid bulk length"));
    if (input.size() < *length + 2) return std::nullopt;
    command.words.emplace_back(input.substr(0, *length));
    input.remove_prefix(*length + 2);  // with CRLF
  }
  command.size = whole - input.size();
  return command;
}

// A client's word, short and on one line.
std::string echo(std::string_view word) {
  std::string text(word.substr(0, kLongestEcho));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

void reply(const std::vector<std::string>& words, RedisReply& answer) {
  const auto is = [&words](const char* name) { return strcasecmp(words[0].c_str(), name) == 0; };
  if (is("ping") && words.size() == 1) {
    answer.output += "+PONG\r\n";
  } else if (is("ping") && words.size() == 2) {
    answer.output += fmt::format("${}\r\n{}\r\n", words[1].size(), words[1]);
  } else if (is("ping")) {
    answer.output += "-ERR wrong number of arguments for 'ping' command\r\n";
  } else if (is("quit")) {
    answer.output += "+OK\r\n";
    answer.close = true;
  } else {
    answer.output += fmt::format("-ERR unknown command '{}'\r\n", echo(words.front()));
  }
}

void give_up(std::string_view reason, RedisReply& answer) {
  answer.output += fmt::format("-ERR {}\r\n", reason);
  answer.close = true;
  answer.client_is_sending = true;
}

}  // namespace redis_detail

using namespace redis_detail;

RedisReply reply_to_redis(std::string_view input) {
  RedisReply answer;
  while (!answer.close && answer.output.size() < kLargestCommand) {
    const auto rest = input.substr(answer.consumed);
    const auto parsed = parse(rest);
    if (!parsed) {
      give_up(parsed.error(), answer);
    } else if (*parsed) {
      answer.consumed += (*parsed)->size;
      if (!(*parsed)->words.empty()) reply((*parsed)->words, answer);
    } else if (rest.size() > kLargestCommand) {
      give_up("Protocol error: too big request", answer);
    } else {
      answer.needs_input = true;
      break;
    }
  }
  return answer;
}

RedisReply too_many_redis_clients() {
  RedisReply answer;
  give_up("max number of clients reached", answer);
  return answer;
}

}  // namespace certdrill::simulator
