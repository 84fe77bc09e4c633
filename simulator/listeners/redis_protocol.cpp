#include "simulator/listeners/redis_protocol.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::simulator {
namespace {

constexpr std::size_t largest_command = 64 * 1024;
constexpr std::size_t most_words = 1024;
constexpr std::size_t longest_echo = 64;  // of a client's words in an error

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
  while (command.words.size() < most_words) {
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
    if (*length > largest_command)
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
  if (!count || *count > most_words)
    return tl::unexpected(std::string("Protocol error: invalid multibulk length"));
  return parse_array(input, *count);
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// A client's word, short and on one line.
std::string echo(std::string_view word) {
  std::string text(word.substr(0, longest_echo));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

void reply(const std::vector<std::string>& words, Turn& turn) {
  const std::string name = lower(words.front());
  if (name == "ping" && words.size() == 1) {
    turn.output += "+PONG\r\n";
  } else if (name == "ping" && words.size() == 2) {
    turn.output += bulk(words[1]);
  } else if (name == "ping") {
    turn.output += "-ERR wrong number of arguments for 'ping' command\r\n";
  } else if (name == "quit") {
    turn.output += "+OK\r\n";
    turn.close = true;
  } else {
    turn.output += "-ERR unknown command '" + echo(words.front()) + "'\r\n";
  }
}

void give_up(std::string_view reason, Turn& turn) {
  turn.output += "-ERR " + std::string(reason) + "\r\n";
  turn.close = true;
  turn.client_is_sending = true;
}

}  // namespace

Turn RedisConversation::take_turn(std::string_view input, ResponseWire&) {
  Turn turn;
  if (turned_away_) {
    give_up("max number of clients reached", turn);
    return turn;
  }
  while (!turn.close && turn.output.size() < largest_command) {
    const auto rest = input.substr(turn.consumed);
    const auto parsed = parse(rest);
    if (!parsed) {
      give_up(parsed.error(), turn);
    } else if (*parsed) {
      turn.consumed += (*parsed)->size;
      if (!(*parsed)->words.empty()) reply((*parsed)->words, turn);
    } else if (rest.size() > largest_command) {
      give_up("Protocol error: too big request", turn);
    } else {
      turn.needs_input = true;
      break;
    }
  }
  return turn;
}

}  // namespace certdrill::simulator
