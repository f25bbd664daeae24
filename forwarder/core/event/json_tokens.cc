// SPDX-License-Identifier: Apache-2.0
// The first stage alone of simdjson's parser. Its second stage would copy strings, and tells no
// places. That stages can be run one by one is not promised by the library between its versions:
// mutation_test.cc and the page fuzzer hold what is relied on.
#include "core/event/json_tokens.h"

#include <simdjson.h>

#include <algorithm>

namespace nsf {
namespace {

constexpr std::size_t kPieceBytes = 131'072;
// What the second stage would need.
constexpr std::size_t kDepth = 1;
// Where a piece may end, if it stands in no string: often in any list of objects.
constexpr std::string_view kCut = "},";
constexpr int kMostCuts = 3;  // that are tried before all the rest is one piece

}  // namespace

struct JsonTokens::Finder {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

JsonTokens::JsonTokens() : finder_(std::make_unique<Finder>()) {}
JsonTokens::~JsonTokens() = default;

void JsonTokens::Begin(std::string_view text) {
  if (finder_->stages && finder_->stages->capacity() > kPieceBytes) finder_->stages.reset();
  rest_ = text;
}

bool JsonTokens::Next() {
  if (rest_.empty()) return false;
  std::size_t most = kPieceBytes;
  for (int i = 0; i < kMostCuts && rest_.size() > most; ++i) {
    const std::size_t cut = rest_.substr(0, most).rfind(kCut);
    if (cut == std::string_view::npos) break;
    const Found found = Find(rest_.substr(0, cut + kCut.size()));
    if (found != Found::kCutString) return found == Found::kTokens;
    most = cut;
  }
  return Find(rest_) == Found::kTokens;
}

JsonTokens::Found JsonTokens::Find(std::string_view piece) {
  auto& stages = finder_->stages;
  // Room for a token a byte is only reserved: what is not written to costs nothing.
  if (!stages || stages->capacity() < piece.size()) {
    stages.reset();
    const auto created = simdjson::get_active_implementation()->create_dom_parser_implementation(
        std::max(piece.size(), kPieceBytes), kDepth, stages);
    if (created != simdjson::SUCCESS) return Found::kFault;
  }
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(piece.data());
  const auto found = stages->stage1(bytes, piece.size(), simdjson::stage1_mode::regular);
  if (found == simdjson::UNCLOSED_STRING) return Found::kCutString;
  if (found != simdjson::SUCCESS) return Found::kFault;
  std::uint32_t* const begins = stages->structural_indexes.get();
  const std::size_t count = stages->n_structural_indexes;
  begins[count] = static_cast<std::uint32_t>(piece.size());  // there is room
  begins_ = {begins, count};
  piece_ = piece;
  rest_.remove_prefix(piece.size());
  return Found::kTokens;
}

}  // namespace nsf
