// SPDX-License-Identifier: Apache-2.0
#include "app/config/nearest.h"

#include <algorithm>
#include <cstddef>

#include "app/config/diagnostics.h"

namespace nsf {
namespace {

// Optimal string alignment: insert, delete, replace, or swap neighbours.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string Nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // no key is as long; keeps a hostile file cheap
  if (word.size() > kLongest) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& name : known) {
    const std::size_t distance = Distance(word, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& known,
                       std::string_view what_is_known) {
  const std::string nearest = Nearest(word, known);
  if (nearest.empty()) return std::string(what_is_known) + ": " + Joined(known);
  return "did you mean `" + nearest + "`?";
}

}  // namespace nsf
