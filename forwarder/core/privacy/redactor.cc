// SPDX-License-Identifier: Apache-2.0
// Rewriting a row's bytes string by string. Bytes that give nobody away stay as they came.
#include "core/privacy/redactor.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "core/event/text.h"
#include "core/event/unescape.h"
#include "core/format/json_text.h"

namespace nsf {
namespace {

constexpr std::string_view kRedacted = "redacted";
constexpr std::string_view kRedactedMail = "redacted@redacted.invalid";
constexpr std::string_view kEscapedAt = "%40";

constexpr std::array<std::string_view, 5> kNeeded = {
    "_id", "timestamp", "_insertion_epoch_timestamp", "severity_level", "count"};
// Members that are a user's name, whatever they look like.
constexpr std::array<std::string_view, 10> kUserMembers = {
    "user",        "ur_normalized", "userPrincipalName", "sAMAccountName", "userkey",
    "acting_user", "owner",         "from_user",         "to_user",        "assignee"};
// Members whose text is of a small vocabulary: a user called "admin" is not meant in them.
constexpr std::array<std::string_view, 3> kVocabulary = {"type", "data_type", "audit_log_event"};

template <std::size_t N>
bool IsOneOf(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsLocal(char c) {
  return IsAlphanumeric(c) || std::string_view("._+-~!#$&").find(c) != std::string_view::npos;
}

bool IsDomain(char c) { return IsAlphanumeric(c) || c == '.' || c == '-'; }

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsAddressByte(char c) { return IsHexDigit(c) || c == '.' || c == ':'; }

bool EqualFolded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ToLowerAscii(x) == ToLowerAscii(y);
         });
}

// All of `text` is one address, of whatever a mail system may accept.
bool IsMail(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos &&
         text.find_first_of(" \t\r\n\"<>()[]{},;:/\\=?&") == std::string_view::npos;
}

// Where the next "@" or "%40" begins, and its size; npos: there is none.
std::pair<std::size_t, std::size_t> FindAt(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '@') return {i, 1};
    if (text[i] == '%' && text.substr(i).starts_with(kEscapedAt)) return {i, kEscapedAt.size()};
  }
  return {std::string_view::npos, 0};
}

// How many bytes at the start of `run`, which is of address bytes, are an address; 0: none.
std::size_t AddressLength(std::string_view run) {
  while (run.size() > 1) {
    if (IsIpAddress(run)) return run.size();
    // A full stop, a colon, or a port behind it.
    const std::size_t cut = run.find_last_of(".:");
    if (cut == std::string_view::npos) return 0;
    const bool is_port = run[cut] == ':' && run.find('.') != std::string_view::npos;
    if (cut + 1 != run.size() && !is_port) return 0;
    run = run.substr(0, cut);
  }
  return 0;
}

std::size_t EndOfString(std::string_view json, std::size_t quote) {
  std::size_t end = quote + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2U : 1U;
  return std::min(end + 1, json.size());
}

bool IsName(std::string_view json, std::size_t end) {
  const std::size_t next = json.find_first_not_of(" \t\r\n", end);
  return next != std::string_view::npos && json[next] == ':';
}

}  // namespace

bool IsNeededMember(std::string_view name) { return IsOneOf(name, kNeeded); }

Redactor::Redactor(RedactionSettings settings)
    : settings_(std::move(settings)), pseudonyms_(settings_.key) {}

std::optional<AuditEvent> Redactor::Apply(const Row& row) {
  out_.clear();
  out_ += '[';
  Rewrite(row);
  if (out_.view().substr(1) == row.raw) return std::nullopt;
  out_ += ']';
  page_ = Page::Parse(out_.str());
  // What was JSON is JSON still; should it not be, nothing of it goes out.
  if (page_.rows().size() != 1) page_ = Page::Parse("[\"redacted\"]");
  return Normalize(reader_.Read(page_.rows().front()));
}

void Redactor::Rewrite(const Row& row) {
  NoteNames(row);
  const char* at = row.raw.data();
  const auto between = [&](const char* end) {
    WriteJson({at, static_cast<std::size_t>(end - at)}, {});
  };
  for (const Field& field : row.fields) {
    between(field.json.data());
    WriteMember(field);
    at = field.json.data() + field.json.size();
  }
  between(row.raw.data() + row.raw.size());
}

void Redactor::NoteNames(const Row& row) {
  names_.clear();
  if (settings_.user == Veil::kNone) return;
  for (const Field& field : row.fields) {
    const bool is_name = field.type == FieldType::kString && IsOneOf(field.name, kUserMembers);
    if (is_name && !IsAbsentText(field.text)) names_.push_back(field.text);
  }
}

void Redactor::WriteMember(const Field& field) {
  const bool is_text = field.type == FieldType::kString || field.type == FieldType::kNumber;
  if (IsNeededMember(field.name)) {
    out_ += field.json;
    return;
  }
  const bool is_absent = field.type == FieldType::kNull || (is_text && IsAbsentText(field.text));
  if (const auto named = settings_.members.find(field.name);
      named != settings_.members.end() && !is_absent) {
    AppendJsonString(Veiled(named->second, is_text ? field.text : field.json), &out_);
  } else if (settings_.user != Veil::kNone && IsOneOf(field.name, kUserMembers) && is_text &&
             !is_absent) {
    AppendJsonString(VeiledUser(field.text), &out_);
  } else {
    WriteJson(field.json, field.name);
  }
}

void Redactor::WriteJson(std::string_view json, std::string_view name) {
  std::size_t done = 0;
  for (std::size_t quote = json.find('"'); quote != std::string_view::npos;
       quote = json.find('"', done)) {
    out_ += json.substr(done, quote - done);
    done = EndOfString(json, quote);
    const std::string_view quoted = json.substr(quote, done - quote);
    const bool is_name = IsName(json, done);
    WriteString(quoted, !is_name && !IsOneOf(name, kVocabulary));
    if (is_name) name = quoted.substr(1, quoted.size() - 2);
  }
  out_ += json.substr(done);
}

void Redactor::WriteString(std::string_view quoted, bool is_name_possible) {
  std::string_view text = quoted.substr(1, quoted.size() - 2);
  if (HasEscapes(text)) {
    decoded_.clear();
    AppendUnescaped(text, &decoded_);
    text = decoded_;
  }
  if (const auto scrubbed = Scrub(text, is_name_possible)) {
    AppendJsonString(*scrubbed, &out_);
  } else {
    out_ += quoted;
  }
}

std::optional<std::string> Redactor::Scrub(std::string_view text, bool is_name_possible) {
  if (text.empty() || IsPseudonym(text) || text == kRedacted) return std::nullopt;
  std::optional<std::string> scrubbed;
  const auto apply = [&](auto scrub) {
    auto next = (this->*scrub)(scrubbed ? std::string_view(*scrubbed) : text);
    if (next) scrubbed = std::move(next);
  };
  if (settings_.user != Veil::kNone) {
    const bool is_user = is_name_possible &&
                         std::any_of(names_.begin(), names_.end(), [text](std::string_view name) {
                           return EqualFolded(name, text);
                         });
    if (is_user || IsMail(text)) return VeiledUser(text);
    apply(&Redactor::ScrubMail);
    if (!names_.empty()) apply(&Redactor::ScrubQuotedNames);
  }
  if (settings_.ip != Veil::kNone) apply(&Redactor::ScrubAddresses);
  return scrubbed;
}

std::optional<std::string> Redactor::ScrubMail(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (auto [at, size] = FindAt(text, 0); at != std::string_view::npos;
       std::tie(at, size) = FindAt(text, at)) {
    std::size_t begin = at;
    while (begin > done && IsLocal(text[begin - 1])) --begin;
    std::size_t end = at + size;
    while (end < text.size() && IsDomain(text[end])) ++end;
    while (end > at + size && !IsAlphanumeric(text[end - 1])) --end;
    const std::size_t local = at - begin;
    const std::size_t domain = end - at - size;
    at = std::max(end, at + size);
    if (local == 0 || domain == 0) continue;
    out += text.substr(done, begin - done);
    out += VeiledUser(std::string(text.substr(begin, local)) + '@' +
                      std::string(text.substr(end - domain, domain)));
    done = end;
  }
  if (done == 0) return std::nullopt;
  return out += text.substr(done);
}

// A list as Python writes it, or JSON in a text: 'name', "name".
std::optional<std::string> Redactor::ScrubQuotedNames(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\'' && text[i] != '"') continue;
    for (const std::string_view name : names_) {
      const std::size_t end = i + 1 + name.size();
      if (end >= text.size() || text[end] != text[i]) continue;
      if (!EqualFolded(text.substr(i + 1, name.size()), name)) continue;
      out += text.substr(done, i + 1 - done);
      out += VeiledUser(name);
      done = end;
      i = end;
      break;
    }
  }
  if (done == 0) return std::nullopt;
  return out += text.substr(done);
}

std::optional<std::string> Redactor::ScrubAddresses(std::string_view text) {
  if (text.find_first_of(".:") == std::string_view::npos) return std::nullopt;
  std::string out;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && IsAddressByte(text[end])) ++end;
    if (end == i) {
      ++i;
      continue;
    }
    const bool is_inside_a_word = i > 0 && (IsAlphanumeric(text[i - 1]) || text[i - 1] == '_');
    const std::size_t size = is_inside_a_word ? 0 : AddressLength(text.substr(i, end - i));
    const bool goes_on = size > 0 && i + size < text.size() && IsAlphanumeric(text[i + size]);
    if (size > 0 && !goes_on && !IsPseudonym(text.substr(i, size))) {
      out += text.substr(done, i - done);
      out += VeiledAddress(text.substr(i, size));
      done = i + size;
    }
    i = end;
  }
  if (done == 0) return std::nullopt;
  return out += text.substr(done);
}

std::string Redactor::Veiled(Veil veil, std::string_view text) {
  if (veil == Veil::kRedact) return std::string(kRedacted);
  return IsPseudonym(text) ? std::string(text) : pseudonyms_.OfValue(text);
}

std::string Redactor::VeiledUser(std::string_view name) {
  const bool is_mail = name.find('@') != std::string_view::npos;
  if (settings_.user == Veil::kRedact) return std::string(is_mail ? kRedactedMail : kRedacted);
  return IsPseudonym(name) || name == kRedactedMail ? std::string(name) : pseudonyms_.OfUser(name);
}

std::string Redactor::VeiledAddress(std::string_view address) {
  return settings_.ip == Veil::kRedact ? std::string(kRedacted) : pseudonyms_.OfIp(address);
}

}  // namespace nsf
