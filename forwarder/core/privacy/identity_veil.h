// SPDX-License-Identifier: Apache-2.0
// Takes persons out of what is known of them: whoever is a pseudonym in the row must not come back
// in clear beside it. docs/PRIVACY.md has the rules.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "core/event/identity.h"
#include "core/privacy/privacy_settings.h"
#include "core/privacy/pseudonyms.h"

namespace nsf {

// Used by one thread.
class IdentityVeil {
 public:
  explicit IdentityVeil(const RedactionSettings& settings);

  // What is left of `people`. Valid until the next call, as long as `people` is.
  const Enrichment& Apply(const Enrichment& people);

 private:
  void Hide(Identity* identity);
  // What stands in the place of `text`.
  std::string_view Veiled(Veil veil, std::string_view text);
  // The veil of the field `name`, which may name a person; at least `least`.
  Veil VeilOf(std::string_view name, Veil least) const;

  const RedactionSettings settings_;
  Pseudonyms pseudonyms_;
  Enrichment left_;
  std::deque<std::string> texts_;
};

}  // namespace nsf
