// SPDX-License-Identifier: Apache-2.0
// A picture in the state: a head that names its blocks, and each block under a key made of its
// content, so that what is the same after a refresh is not written again:
//   identity/<tenant>/head
//   identity/<tenant>/block/<64 hexadecimal digits of SHA-256>
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity/picture.h"
#include "ports/state_store.h"

namespace nsf {

// All entries of one tenant's picture begin with it.
std::string IdentityPrefix(std::string_view tenant);

struct StoredPicture {
  std::shared_ptr<const Picture> picture;  // null: there is none, or it is damaged
  std::set<std::string> keys;              // of blocks that are in the state
  std::string damage;                      // why there is none, for people; empty: none was kept
};

// Reads what is kept. Blocks for reading; fails as StateReader::Scan() does. What is damaged is
// told and left behind: a picture can be taken anew.
Result<StoredPicture> LoadPicture(std::string_view tenant, const StateReader& state);

// What makes `picture` the one that is kept, as commits one after the other: each of about a
// mebibyte at most, for the sake of stores that are topics. `keys` is of the blocks in the state,
// and becomes what it is after the last commit. A crash in between leaves the picture before.
std::vector<std::vector<StateChange>> SavePicture(std::string_view tenant, const Picture& picture,
                                                  std::set<std::string>* keys);

}  // namespace nsf
