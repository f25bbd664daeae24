// SPDX-License-Identifier: Apache-2.0
// A file of classification rules, as YAML → the rules. docs/CLASSIFICATION.md describes it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/config/diagnostics.h"
#include "core/event/classification_rules.h"

namespace nsf {

class ClassificationTable;

// share/classification.yaml, as it was when the program was built.
const std::string& BuiltInClassificationText();

// The rules that are built in, and the table of them.
ClassificationRules BuiltInRules();
std::shared_ptr<const ClassificationTable> BuiltInClassification();

// They were made from the same rules.
bool SameRules(const ClassificationTable& a, const ClassificationTable& b);

// The built-in rules with those of a user's file: `text` is its content. Empty: `diagnostics` has
// at least one error, with its place in that file.
std::optional<ClassificationRules> ReadRules(const std::string& text, Diagnostics& diagnostics);
// The same as a table; null in place of empty.
std::shared_ptr<const ClassificationTable> ReadClassification(const std::string& text,
                                                              Diagnostics& diagnostics);

}  // namespace nsf
