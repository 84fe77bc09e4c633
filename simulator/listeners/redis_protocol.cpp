#include "simulator/listeners/redis_protocol.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
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

std::optional<std::string_view> line_at(std::string_view input, std::size_t at) {
  const auto end = input.find('\n', at);
  if (end == std::string_view::npos) return std::nullopt;
  auto line = input.substr(at, end - at);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::size_t after_line(std::string_view input, std::size_t at) {
  return input.find('\n', at) + 1;
}

// "*3" or "$12".
std::optional<std::size_t> count_after(char sign, std::string_view line) {
  if (line.size() < 2 || line.front() != sign) return std::nullopt;
  std::size_t count = 0;
  const auto* end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + 1, end, count);
  if (error != std::errc() || stop != end) return std::nullopt;
  return count;
}

Parsed parse_inline(std::string_view line, std::size_t size) {
  Command command;
  command.size = size;
  constexpr std::string_view blanks = " \t";
  while (command.words.size() < kMostWords) {
    const auto begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) break;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(blanks), line.size());
    command.words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return command;
}

Parsed parse_array(std::string_view input, std::size_t count) {
  Command command;
  std::size_t at = after_line(input, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto line = line_at(input, at);
    if (!line) return std::nullopt;
    const auto length = count_after('$', *line);
    if (!length) return tl::unexpected(std::string("Protocol error: expected '$' and a length"));
    if (*length > kLargestCommand)
      return tl::unexpected(std::string("Protocol error: invalid bulk length"));
    at = after_line(input, at);
    if (input.size() < at + *length + 2) return std::nullopt;
    command.words.emplace_back(input.substr(at, *length));
    at += *length + 2;  // with CRLF
  }
  command.size = at;
  return command;
}

Parsed parse(std::string_view input) {
  const auto line = line_at(input, 0);
  if (!line) return std::nullopt;
  if (line->empty() || line->front() != '*') return parse_inline(*line, after_line(input, 0));
  const auto count = count_after('*', *line);
  if (!count || *count > kMostWords)
    return tl::unexpected(std::string("Protocol error: invalid multibulk length"));
  return parse_array(input, *count);
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// A client's word, short and on one line.
std::string echo(std::string_view word) {
  std::string text(word.substr(0, kLongestEcho));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::string bulk(std::string_view text) {
  return fmt::format("${}\r\n{}\r\n", text.size(), text);
}

void reply(const std::vector<std::string>& words, RedisReply& answer) {
  const std::string name = lower(words.front());
  if (name == "ping" && words.size() == 1) {
    answer.output += "+PONG\r\n";
  } else if (name == "ping" && words.size() == 2) {
    answer.output += bulk(words[1]);
  } else if (name == "ping") {
    answer.output += "-ERR wrong number of arguments for 'ping' command\r\n";
  } else if (name == "quit") {
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
