// SPDX-License-Identifier: Apache-2.0
// The first stage alone of simdjson's parser. Its second stage would copy strings, and tells no
// places. That stages can be run one by one is not promised by the library between its versions:
// mutation_test.cc and the page fuzzer hold what is relied on.
#include "core/event/json_tokens.h"

#include <simdjson.h>

#include <limits>

namespace nsf {
namespace {

// Of a page of 5,000 rows there are some 600,000, of four bytes each.
constexpr std::size_t kMostKept = 1'048'576;
// What the second stage would need.
constexpr std::size_t kDepth = 1;

}  // namespace

struct JsonTokens::Finder {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

JsonTokens::JsonTokens() : finder_(std::make_unique<Finder>()) {}
JsonTokens::~JsonTokens() = default;

bool JsonTokens::Find(std::string_view text) {
  begins_ = {};
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
  auto& stages = finder_->stages;
  // Room for a token a byte is only reserved: what is not written to costs nothing.
  if (!stages || stages->capacity() < text.size()) {
    stages.reset();
    const auto created = simdjson::get_active_implementation()->create_dom_parser_implementation(
        text.size(), kDepth, stages);
    if (created != simdjson::SUCCESS) return false;
  }
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (stages->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return false;
  }
  std::uint32_t* const begins = stages->structural_indexes.get();
  const std::size_t count = stages->n_structural_indexes;
  begins[count] = begins[count + 1] = static_cast<std::uint32_t>(text.size());  // there is room
  begins_ = {begins, count};
  return true;
}

void JsonTokens::Release() {
  if (begins_.size() > kMostKept) finder_->stages.reset();
  begins_ = {};
}

}  // namespace nsf
