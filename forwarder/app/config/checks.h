// SPDX-License-Identifier: Apache-2.0
// The rules between keys, and between keys and the files they name: what a single value cannot
// show. Values that were refused already are passed over.
#pragma once

#include <memory>

#include "app/config/diagnostics.h"
#include "app/config/setting.h"
#include "app/config/surroundings.h"

namespace nsf {

class ClassificationTable;

// The rules built in and those of the file that the key `classification` names. Null: that file
// has errors, each of which is told with its place there, or the configuration has.
std::shared_ptr<const ClassificationTable> LoadClassification(const Setting& root,
                                                              const Surroundings& surroundings,
                                                              Diagnostics& diagnostics);

// Names, references between tenants and sinks, tokens, the request budget.
void CheckTenants(const Setting& root, const Surroundings& surroundings, Diagnostics& diagnostics);

// The sections `filter` and `privacy` of a tenant.
void CheckPrivacy(const Setting& tenant, const Surroundings& surroundings,
                  Diagnostics& diagnostics);

// Names, properties, paths that meet, and each sink's own rules.
void CheckSinks(const Setting& root, const Surroundings& surroundings, Diagnostics& diagnostics);

// The `tls` section of a tenant or sink: files that are there and are PEM, pairs that are whole.
void CheckTls(const Setting& tls, const Surroundings& surroundings, Diagnostics& diagnostics);

// Two entries of the list `entries` with one name.
void CheckNamesDiffer(const Setting& entries, const char* what, Diagnostics& diagnostics);

}  // namespace nsf
