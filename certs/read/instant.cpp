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

// "2026-11-23", or "2026-11-23T20:00:00Z".
std::optional<Instant> moment(std::string_view text) {
  std::string shape(text);
  std::ranges::replace_if(
      shape, [](char c) { return c >= '0' && c <= '9'; }, '0');
  if (shape != "0000-00-00" && shape != "0000-00-00T00:00:00Z") return std::nullopt;
  const auto at = [&](std::size_t from, std::size_t size) {
    return static_cast<int>(number(text.substr(from, size)).value_or(0));
  };
  const std::chrono::year_month_day day{std::chrono::year{at(0, 4)} / at(5, 2) / at(8, 2)};
  if (!day.ok()) return std::nullopt;
  const Instant midnight{std::chrono::sys_days{day}};
  if (text.size() == 10) return midnight;
  if (at(11, 2) > 23 || at(14, 2) > 59 || at(17, 2) > 59) return std::nullopt;
  return midnight + std::chrono::seconds{at(11, 2) * 3600 + at(14, 2) * 60 + at(17, 2)};
}

}  // namespace

tl::expected<Instant, std::string> parse_instant(std::string_view text) {
  if (const auto seconds = number(text); seconds && *seconds <= kLastSecond)
    return Instant{std::chrono::seconds{*seconds}};
  if (const auto found = moment(text)) return *found;
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
