// SPDX-License-Identifier: Apache-2.0
// The user's own rules of classification.
#include <string>

#include "app/config/checks.h"
#include "app/config/classification_file.h"

namespace nsf {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;

}  // namespace

std::shared_ptr<const ClassificationTable> LoadClassification(const Setting& root,
                                                              const Surroundings& surroundings,
                                                              Diagnostics& diagnostics) {
  const Setting& file = root.At("classification");
  if (!file.valid) return nullptr;
  // Reading them takes a millisecond, which a file that is refused anyway need not cost.
  if (file.text().empty()) return diagnostics.ok() ? BuiltInClassification() : nullptr;
  const Result<std::string> text = surroundings.read_file(file.text());
  if (!text) {
    diagnostics.Error(file.where, "classification " + Quoted(file.text()) + " cannot be read (" +
                                      text.error().message +
                                      "); correct the path, or let this user read the file");
    return nullptr;
  }
  if (text->size() > kLargestFile) {
    diagnostics.Error(file.where, "classification " + Quoted(file.text()) +
                                      " is larger than 1MiB; name a file of rules");
    return nullptr;
  }
  Diagnostics of_file;
  auto table = ReadClassification(*text, of_file);
  for (const Diagnostic& error : of_file.errors()) {
    diagnostics.Error(file.where, "classification: " + ToString(file.text(), error));
  }
  return table;
}

}  // namespace nsf
