// SPDX-License-Identifier: Apache-2.0
// Takes persons out of rows before anything is made of them, so that every format, every key and
// header, and the dead letter have what is left: users and addresses wherever they stand, and whole
// members by name. docs/PRIVACY.md says what is found and what is not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "core/event/row.h"
#include "core/format/text_buffer.h"
#include "core/privacy/privacy_settings.h"
#include "core/privacy/pseudonyms.h"

namespace nsf {

// Used by one thread.
class Redactor {
 public:
  explicit Redactor(RedactionSettings settings);

  // The event of what is left of `row`, not classified; empty: nothing had to be taken out. Valid
  // until the next call. A row that was redacted with the same key before stays as it is.
  std::optional<AuditEvent> Apply(const Row& row);

 private:
  void Rewrite(const Row& row);
  void WriteMember(const Field& field);
  void NoteNames(const Row& row);
  // Writes JSON, or a piece of it, with what its strings give away replaced. `name` is the member's
  // that the first string is the value of.
  void WriteJson(std::string_view json, std::string_view name);
  void WriteString(std::string_view quoted, bool is_name_possible);
  // `text` without persons; empty: there were none.
  std::optional<std::string> Scrub(std::string_view text, bool is_name_possible);
  std::optional<std::string> ScrubMail(std::string_view text);
  std::optional<std::string> ScrubQuotedNames(std::string_view text);
  std::optional<std::string> ScrubAddresses(std::string_view text);
  std::string Veiled(Veil veil, std::string_view text);
  std::string VeiledUser(std::string_view name);
  std::string VeiledAddress(std::string_view address);

  const RedactionSettings settings_;
  Pseudonyms pseudonyms_;
  std::vector<std::string_view> names_;  // of the row's user
  TextBuffer out_;
  std::string decoded_;
  Page page_;
  RowReader reader_;
};

}  // namespace nsf
