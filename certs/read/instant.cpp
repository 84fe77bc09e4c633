#include "certs/read/instant.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "certs/read/text.h"

namespace certdrill::certs {
namespace {

constexpr std::int64_t kFirstSecond = -62167219200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z

// All of `text` as a number; nullopt for anything but digits.
std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.front() == '-') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "2026-11-23"
std::optional<std::chrono::sys_days> date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{static_cast<int>(*year)},
                                        std::chrono::month{static_cast<unsigned>(*month)},
                                        std::chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok()) return std::nullopt;
  return std::chrono::sys_days{ymd};
}

// "T20:00:00Z"
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  if (text.size() != 10 || text[0] != 'T' || text[3] != ':' || text[6] != ':' || text[9] != 'Z')
    return std::nullopt;
  const auto hour = number(text.substr(1, 2));
  const auto minute = number(text.substr(4, 2));
  const auto second = number(text.substr(7, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return std::chrono::seconds{*hour * 3600 + *minute * 60 + *second};
}

}  // namespace

tl::expected<Instant, std::string> parse_instant(std::string_view text) {
  if (const auto seconds = number(text); seconds && *seconds <= kLastSecond)
    return Instant{std::chrono::seconds{*seconds}};
  if (const auto day = date(text.substr(0, 10))) {
    if (text.size() == 10) return Instant{*day};
    if (const auto time = time_of_day(text.substr(10))) return Instant{*day} + *time;
  }
  return tl::unexpected(fmt::format(
      "'{}' is not a moment in time; write 2026-11-23T20:00:00Z, 2026-11-23 or seconds since 1970 "
      "(years up to 9999)",
      printable(text)));
}

std::string format_instant(Instant instant) {
  const std::int64_t seconds = instant.time_since_epoch().count();
  const Instant shown{std::chrono::seconds{std::clamp(seconds, kFirstSecond, kLastSecond)}};
  const auto midnight = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day ymd{midnight};
  const std::chrono::hh_mm_ss time{shown - midnight};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace certdrill::certs
