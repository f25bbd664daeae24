// SPDX-License-Identifier: Apache-2.0
// A value or an error, shaped so that std::expected can take its place. No exception crosses a
// port: what can go wrong is in the return type, and an error's kind says what to do about it.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace nsf {

// Answers one question: what shall the caller do?
enum class ErrorKind {
  kRetry,          // passing: the same call may succeed later
  kStop,           // this stream, sink or store cannot go on without an operator
  kConfiguration,  // the configuration (or the command line) must be changed
  kClosed,         // the reader went away (a closed pipe); end quietly
};

struct Error {
  ErrorKind kind = ErrorKind::kRetry;
  std::string message;  // for people: what happened and the next step; never holds a secret
};

// Holds a T or an Error. Reading the side that is not there throws std::bad_variant_access: that
// is a programmer's error, not an operating one.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return std::holds_alternative<T>(content_); }
  explicit operator bool() const { return has_value(); }

  const T& value() const& { return std::get<T>(content_); }
  T& value() & { return std::get<T>(content_); }
  T&& value() && { return std::get<T>(std::move(content_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const& { return std::get<Error>(content_); }
  Error&& error() && { return std::get<Error>(std::move(content_)); }

 private:
  std::variant<T, Error> content_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : content_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return std::holds_alternative<std::monostate>(content_); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& { return std::get<Error>(content_); }
  Error&& error() && { return std::get<Error>(std::move(content_)); }

 private:
  std::variant<std::monostate, Error> content_;
};

}  // namespace nsf
