// The fields of a JSON object, as data: the rows make the checks (with the nearest name) and the
// defaults; those of a kind of fault also the list of --list-faults and its OpenAPI schema.
//
// Errors are clauses without a full stop: "'status' must be a whole number from 200 to 599, not 99".
// Thread safety: rows are constant data; a reader is a local of its caller.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace certdrill::simulator {

struct Setting {
  enum class Type { integer, number, text, flag, choice };
  struct Required {};
  struct Derived {};  // none: it may be absent, or follows from others (FaultKind::complete)
  using Default = std::variant<Required, Derived, std::int64_t, double, bool, std::string_view>;

  std::string_view name;
  Type type = Type::text;
  std::string_view sentence;  // for people
  double low = 0;             // of an integer (exact up to 2^53) or a number; both ends are allowed
  double high = 0;
  std::span<const std::string_view> choices{};
  Default fallback{};

  // The row holds only where another setting, read before it, has a value; empty: always.
  std::string_view condition{};
  std::string_view condition_value{};

  // A row is made by one of these, and made optional or conditional by those below.
  static constexpr Setting integer(std::string_view name, double low, double high,
                                   std::string_view sentence) {
    return {name, Type::integer, sentence, low, high};
  }
  static constexpr Setting number(std::string_view name, double low, double high,
                                  std::string_view sentence) {
    return {name, Type::number, sentence, low, high};
  }
  static constexpr Setting text(std::string_view name, std::string_view sentence) {
    return {name, Type::text, sentence};
  }
  static constexpr Setting flag(std::string_view name, std::string_view sentence) {
    return {name, Type::flag, sentence};
  }
  static constexpr Setting choice(std::string_view name, std::span<const std::string_view> choices,
                                  std::string_view sentence) {
    return {name, Type::choice, sentence, 0, 0, choices};
  }

  constexpr Setting or_else(Default value) const {
    Setting optional = *this;
    optional.fallback = value;
    return optional;
  }
  constexpr Setting only_with(std::string_view setting, std::string_view value) const {
    Setting conditional = *this;
    conditional.condition = setting;
    conditional.condition_value = value;
    return conditional;
  }
};

// The default as JSON; null where there is none, or none that is always the same.
nlohmann::json fallback_json(const Setting& setting);

// The names in a table whose rows have one, as choices.
template <typename Row, std::size_t N>
constexpr std::array<std::string_view, N> names_of(const std::array<Row, N>& rows) {
  std::array<std::string_view, N> names{};
  for (std::size_t i = 0; i < N; ++i) names[i] = rows[i].name;
  return names;
}

// What was read: every setting that holds has its value.
class Settings {
 public:
  explicit Settings(const nlohmann::json& values) : values_(values) {}  // outlives this

  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  bool flag(std::string_view name) const { return get<bool>(name); }
  std::string text(std::string_view name) const { return get<std::string>(name); }  // or a choice
  bool has(std::string_view name) const { return values_.contains(name); }
  bool is(std::string_view name, std::string_view value) const {
    return has(name) && text(name) == value;
  }

 private:
  template <typename T>
  T get(std::string_view name) const {
    return values_.find(name)->get<T>();
  }

  const nlohmann::json& values_;
};

// Reads the fields of one JSON object, and keeps the first thing that is wrong. A field that nobody
// asked for is unknown, and refused with the nearest one that was asked for.
class SettingsReader {
 public:
  explicit SettingsReader(const nlohmann::json& object) : object_(object) {}  // outlives this

  // Writes each setting that holds, and its default where it is not given, into `values`.
  void read(std::span<const Setting> settings, nlohmann::json& values);

  // The field as it is; nullptr when it is absent.
  const nlohmann::json* raw(std::string_view name);

  void refuse(std::string what);  // keeps the first
  bool failed() const { return error_.has_value(); }

  // The first error; unknown fields count when nothing else is wrong.
  std::optional<std::string> finish();

 private:
  void read_one(const Setting& setting, nlohmann::json& values);

  const nlohmann::json& object_;
  std::vector<std::string_view> asked_;
  std::optional<std::string> error_;
};

}  // namespace certdrill::simulator
