// SPDX-License-Identifier: Apache-2.0
// Hiding who somebody is.
#include "core/privacy/identity_veil.h"

#include <utility>

namespace nsf {
namespace {

bool ShowsAddress(std::string_view text) { return text.find('@') != std::string_view::npos; }

}  // namespace

IdentityVeil::IdentityVeil(const RedactionSettings& settings)
    : settings_(settings), pseudonyms_(settings_.key) {}

const Enrichment& IdentityVeil::Apply(const Enrichment& people) {
  texts_.clear();
  left_ = people;
  if (left_.actor) Hide(&left_.actor->identity);
  if (left_.subject) Hide(&left_.subject->identity);
  return left_;
}

Veil IdentityVeil::VeilOf(std::string_view name, Veil least) const {
  const auto found = settings_.members.find(name);
  return found == settings_.members.end() ? least : found->second;
}

std::string_view IdentityVeil::Veiled(Veil veil, std::string_view text) {
  if (veil == Veil::kNone || text.empty()) return text;
  texts_.push_back(veil == Veil::kHash ? pseudonyms_.OfValue(text) : std::string("redacted"));
  return texts_.back();
}

// The name and the id are the person. What may be anything is hidden where it is an address.
void IdentityVeil::Hide(Identity* identity) {
  const auto of_text = [this](std::string_view name, std::string_view text) {
    return VeilOf(name, ShowsAddress(text) ? settings_.user : Veil::kNone);
  };
  identity->id = Veiled(VeilOf("id", settings_.user), identity->id);
  identity->display_name = Veiled(VeilOf("display_name", settings_.user), identity->display_name);
  identity->department = Veiled(of_text("department", identity->department), identity->department);
  identity->location = Veiled(of_text("location", identity->location), identity->location);
  for (std::string_view& group : identity->groups) group = Veiled(of_text("groups", group), group);
}

}  // namespace nsf
