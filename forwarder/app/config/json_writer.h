// SPDX-License-Identifier: Apache-2.0
// JSON for people and programs: indented by two spaces, members in the order written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nsf {

// Calls nest as the JSON does; Key() comes before each member of an object.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{', '}'); }
  JsonWriter& BeginArray() { return Open('[', ']'); }
  JsonWriter& End();
  JsonWriter& Key(std::string_view name);
  JsonWriter& Text(std::string_view text);
  JsonWriter& Number(std::int64_t number) { return Raw(std::to_string(number)); }
  JsonWriter& Bool(bool flag) { return Raw(flag ? "true" : "false"); }
  // A token that is JSON already.
  JsonWriter& Raw(std::string_view json);

  // What was written, once every Begin has its End, with a line break at the end.
  std::string Take() { return std::move(text_) + "\n"; }

 private:
  struct Level {
    char close;
    bool empty = true;
  };

  JsonWriter& Open(char open, char close);
  void Separate();
  void NewLine();

  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace nsf
