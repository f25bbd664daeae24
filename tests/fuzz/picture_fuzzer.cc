// SPDX-License-Identifier: Apache-2.0
// A picture as the state holds it. The input is its head's first line, and then its blocks with a
// line "--" between two of them. Whatever they are, they are a picture that can be used, kept again
// and followed by another, or damage that is told.
#include <openssl/sha.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/page.h"
#include "core/identity/directory.h"
#include "core/identity/picture.h"
#include "core/state/keys.h"
#include "fuzz/fuzz.h"
#include "fuzz/picture_checks.h"
#include "support/classified.h"

namespace nsf::fuzz {
namespace {

constexpr std::string_view kBetween = "\n--\n";

std::vector<std::string> BlocksOf(std::string_view text) {
  std::vector<std::string> blocks;
  while (!text.empty()) {
    const std::size_t end = text.find(kBetween);
    blocks.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + kBetween.size());
  }
  return blocks;
}

// As the state names a block.
std::string NameOf(const std::string& block) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(block.data()), block.size(), digest.data());
  std::string name;
  for (const unsigned char byte : digest) (name += kDigits[byte >> 4U]) += kDigits[byte & 15U];
  return name;
}

void CheckPicture(const std::shared_ptr<const Picture>& picture) {
  CheckFinding(*picture);
  CheckKeeping(*picture);
  CheckGoing(*picture, /*is_built=*/false);
  CheckShowing(*picture);
  Directory directory{std::chrono::hours(1)};
  directory.Show(picture);
  static const Page kPage = Page::Parse(R"([{"user":"Ada","audit_log_event":"Login Successful"}])");
  RowReader reader;
  const AuditEvent event = ClassifiedEvent(reader.Read(kPage.rows().front()));
  const Enrichment& people = directory.Look(event, picture->facts().taken);
  Require(people.taken == picture->facts().taken, "the time of the picture is told");
  Identity identity;
  Require(people.actor && people.actor->found() == picture->Find("ada", &identity),
          "who is in the picture is shown");
}

// With `names` in its head: of the blocks, or whatever the input has there.
void CheckState(std::string_view head, const std::vector<std::string>& blocks) {
  MapState state;
  std::string value(head);
  for (const std::string& block : blocks) {
    const std::string name = NameOf(block);
    (value += '\n') += name;
    state.entries[IdentityPrefix("acme") + "block/" + name] = block;
  }
  state.entries[IdentityPrefix("acme") + "head"] = value;
  const auto loaded = LoadPicture("acme", state);
  Require(loaded && (loaded->picture == nullptr) == !loaded->damage.empty(),
          "there is a picture, or damage that is told");
  if (loaded->picture) CheckPicture(loaded->picture);
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;
  std::string_view text = fuzz::TextOf(data, size);
  fuzz::CheckState(text, {});  // a head of any bytes
  const std::string_view head = fuzz::TakeLine(&text);
  const std::vector<std::string> blocks = fuzz::BlocksOf(text);
  fuzz::CheckState(head, blocks);
  // The blocks are looked at although a head is hard to guess.
  fuzz::CheckState("identities/1 taken=1760000000 took=1 whole=1", blocks);
  return 0;
}
