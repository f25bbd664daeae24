// SPDX-License-Identifier: Apache-2.0
// What is wrong with a configuration file, and where. Everything is collected, so that an operator
// mends a file once and not error by error.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace nsf {

// A place in the file, counted from 1. {0, 0}: not in the file (a default).
struct Mark {
  int line = 0;
  int column = 0;

  bool operator==(const Mark&) const = default;
  bool operator<(const Mark& other) const {
    return std::tie(line, column) < std::tie(other.line, other.column);
  }
};

struct Diagnostic {
  Mark where;
  std::string message;  // "what is wrong; the next step"

  bool operator==(const Diagnostic&) const = default;
  bool operator<(const Diagnostic& other) const {
    return std::tie(where, message) < std::tie(other.where, other.message);
  }
};

class Diagnostics {
 public:
  // Said twice about one place is said once (a value of `defaults` is seen by every tenant).
  // Control characters in a message become '?'.
  void Error(Mark where, std::string message);
  void Warning(Mark where, std::string message);

  bool ok() const { return errors_.empty(); }
  const std::vector<Diagnostic>& errors() const { return errors_; }      // in file order
  const std::vector<Diagnostic>& warnings() const { return warnings_; }  // in file order

 private:
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
};

// "FILE:LINE:COLUMN: message", without line and column for a place that is not in the file.
std::string ToString(std::string_view file, const Diagnostic& diagnostic);

// Text from the file in double quotes for a message: control characters replaced, cut when long.
std::string Quoted(std::string_view text);

// "a, b, c".
std::string Joined(const std::vector<std::string>& words);

}  // namespace nsf
