// A fuzz target: a function that takes any bytes, and throws a Finding where the program does what it
// must not. A crash, a hang and what a sanitizer sees are findings without further words.
//
// To add one: a file in targets/, and a row in target.cpp.
// Thread safety: one input at a time; what a target keeps between inputs is its own.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace certdrill::fuzz {

struct Finding : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws a Finding unless `holds`.
void expect(bool holds, std::string_view sentence);
void expect(bool holds, std::string_view sentence, std::string_view detail);

struct Target {
  std::string_view name;
  std::string_view sentence;
  void (*run)(std::string_view input);
  std::vector<std::string> (*seeds)();               // inputs to begin with, made of the fixtures
  std::span<const std::string_view> words{};         // that mutations put in: the dictionary
  std::size_t longest_input = std::size_t{1} << 14;  // bytes
};

std::span<const Target> targets();
const Target* find_target(std::string_view name);  // null: there is none

// The front of an input, byte by byte; then what is left.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  // The next byte chooses: 'A' the first, 'B' the second, ...; at the end of the input the first.
  template <typename Range>
  const auto& choose(const Range& from) {
    const std::size_t size = std::size(from);
    return *(std::begin(from) +
             static_cast<std::ptrdiff_t>((byte() + size * 4 - 'A' % size) % size));
  }
  std::string_view until(char separator);  // which is left out; everything where it is not there
  std::string_view rest() const { return rest_; }

 private:
  std::size_t byte();

  std::string_view rest_;
};

// The letter by which Input::choose() finds place `index`.
inline char letter(std::size_t index) { return static_cast<char>('A' + index); }

}  // namespace certdrill::fuzz
