// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding what is kept.
#include "core/identity/picture_state.h"

#include <openssl/sha.h>

#include <array>
#include <map>
#include <utility>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"taken", "took", "whole"};
constexpr StateForm kForm{"identities", 1, kNames};
constexpr std::size_t kCommitBytes = std::size_t{1024} * 1024 - Picture::kBlockBytes;

std::string HeadKey(std::string_view tenant) { return IdentityPrefix(tenant) + "head"; }
std::string BlockPrefix(std::string_view tenant) { return IdentityPrefix(tenant) + "block/"; }

std::string ContentName(std::string_view block) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(block.data()), block.size(), digest.data());
  std::string name;
  for (const unsigned char byte : digest) {
    name += kDigits[byte >> 4U];
    name += kDigits[byte & 15U];
  }
  return name;
}

Result<std::shared_ptr<const Picture>> Decode(std::string_view head,
                                              const std::map<std::string, std::string>& blocks,
                                              const std::string& prefix) {
  const std::size_t end = std::min(head.find('\n'), head.size());
  auto values = DecodeStateText(kForm, head.substr(0, end));
  if (!values) return values.error();
  const std::int64_t taken = (*values)[0];
  const std::int64_t took = (*values)[1];
  if (taken < 0 || took < 0 || !AreStateTimes({taken, took})) return DamagedState(kForm);
  std::vector<Picture::Block> found;
  head.remove_prefix(std::min(end + 1, head.size()));
  while (!head.empty()) {
    const std::string_view name = head.substr(0, head.find('\n'));
    const auto block = blocks.find(prefix + std::string(name));
    if (block == blocks.end() || ContentName(block->second) != name) return DamagedState(kForm);
    found.push_back(std::make_shared<const std::string>(block->second));
    head.remove_prefix(std::min(name.size() + 1, head.size()));
  }
  return Picture::Restore(
      {WallSeconds(std::chrono::seconds(taken)), std::chrono::seconds(took), (*values)[2] != 0},
      std::move(found));
}

}  // namespace

std::string IdentityPrefix(std::string_view tenant) {
  return "identity/" + std::string(tenant) + '/';
}

Result<StoredPicture> LoadPicture(std::string_view tenant, const StateReader& state) {
  auto entries = state.Scan(IdentityPrefix(tenant));
  if (!entries) return entries.error();
  StoredPicture stored;
  std::optional<std::string> head;
  std::map<std::string, std::string> blocks;
  for (StateEntry& entry : *entries) {
    if (entry.key == HeadKey(tenant)) {
      head = std::move(entry.value);
    } else {
      stored.keys.insert(entry.key);
      blocks.emplace(std::move(entry.key), std::move(entry.value));
    }
  }
  if (!head) return stored;
  auto picture = Decode(*head, blocks, BlockPrefix(tenant));
  if (picture) {
    stored.picture = std::move(picture).value();
  } else {
    stored.damage = picture.error().message;
  }
  return stored;
}

std::vector<std::vector<StateChange>> SavePicture(std::string_view tenant, const Picture& picture,
                                                  std::set<std::string>* keys) {
  const PictureFacts& facts = picture.facts();
  const std::array<std::int64_t, 3> values = {facts.taken.time_since_epoch().count(),
                                              facts.took.count(), facts.whole ? 1 : 0};
  std::string head = EncodeStateText(kForm, values);
  std::vector<std::vector<StateChange>> commits(1);
  std::size_t bytes = 0;
  std::set<std::string> kept;
  for (const Picture::Block& block : picture.blocks()) {
    const std::string name = ContentName(*block);
    head += '\n' + name;
    const std::string key = BlockPrefix(tenant) + name;
    if (!kept.insert(key).second || keys->contains(key)) continue;
    if (bytes > 0 && bytes + block->size() > kCommitBytes) {
      commits.emplace_back();
      bytes = 0;
    }
    commits.back().push_back({key, *block});
    bytes += block->size();
  }
  // What the head before names goes with the head, not before it.
  commits.back().push_back({HeadKey(tenant), std::move(head)});
  for (const std::string& key : *keys) {
    if (!kept.contains(key)) commits.back().push_back({key, std::nullopt});
  }
  *keys = std::move(kept);
  return commits;
}

}  // namespace nsf
