#include "simulator/redis/session.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

constexpr std::size_t kLargestCommand = 64 * 1024;
constexpr std::size_t kMostWords = 1024;

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

void give_up(std::string_view reason, RedisReply& answer) {
  answer.output += fmt::format("-ERR {}\r\n", reason);
  answer.close = true;
  answer.client_is_sending = true;
}

}  // namespace

RedisReply RedisSession::reply(std::string_view input) {
  RedisReply answer;
  while (!answer.close && answer.output.size() < kLargestCommand) {
    const auto rest = input.substr(answer.consumed);
    const auto parsed = parse(rest);
    if (!parsed) {
      give_up(parsed.error(), answer);
    } else if (*parsed) {
      answer.consumed += (*parsed)->size;
      if (!(*parsed)->words.empty()) answer_command((*parsed)->words, *this, answer);
    } else if (rest.size() > kLargestCommand) {
      give_up("Protocol error: too big request", answer);
    } else {
      answer.needs_input = true;
      break;
    }
  }
  return answer;
}

RedisReply redis_farewell(std::string_view error) {
  RedisReply answer;
  give_up(error, answer);
  return answer;
}

}  // namespace certdrill::simulator
