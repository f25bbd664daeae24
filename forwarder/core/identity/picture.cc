// SPDX-License-Identifier: Apache-2.0
// Indexing and reading a picture's records. A record is its size and then
//   'S' text                                   a department or a location; numbered as they come
//   'G' number, id, name                       a group; a later one of the same number counts
//   'U' name, flags, id, display name, department + 1, location + 1, last listed, groups
// What a user names by number stands before it.
#include "core/identity/picture.h"

#include <algorithm>
#include <utility>

#include "core/event/text.h"
#include "core/identity/record_text.h"

namespace nsf {
namespace {

constexpr unsigned kBlockShift = 18;
constexpr std::uint64_t kYear10000 = 253'402'300'800;
static_assert(Picture::kBlockBytes == std::size_t{1} << kBlockShift);

// A user's place in the index, with enough of its name to compare most pairs without a look at the
// record.
struct Place {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint32_t position = 0;
};

std::uint64_t Bytes(std::string_view name, std::size_t at) {
  std::uint64_t bytes = 0;
  for (std::size_t i = at; i < at + 8; ++i) {
    bytes = bytes << 8U | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0U);
  }
  return bytes;
}

Error Damaged() { return {ErrorKind::kStop, "the picture of the users in the state is damaged"}; }

}  // namespace

void FoldUserName(std::string_view name, std::string* folded) {
  folded->assign(name);
  std::transform(folded->begin(), folded->end(), folded->begin(), ToLowerAscii);
}

Result<std::shared_ptr<const Picture>> Picture::Restore(const PictureFacts& facts,
                                                        std::vector<Block> blocks) {
  auto picture = std::make_shared<Picture>();
  picture->facts_ = facts;
  picture->blocks_ = std::move(blocks);
  if (!picture->Index()) return Damaged();
  return std::shared_ptr<const Picture>(std::move(picture));
}

std::string_view Picture::RecordAt(std::uint32_t position) const {
  const std::string& block = *blocks_[position >> kBlockShift];
  return RecordReader(std::string_view(block).substr(position & (kBlockBytes - 1))).Text();
}

std::string_view Picture::NameAt(std::uint32_t position) const {
  return RecordReader(RecordAt(position).substr(1)).Text();
}

// Everything is looked at once, so that reading later needs no checks.
bool Picture::Index() {
  users_.clear();
  groups_.clear();
  strings_.clear();
  gone_ = 0;
  std::vector<Place> places;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::string_view block = *blocks_[b];
    if (block.size() > kBlockBytes || b >= (std::size_t{1} << (32U - kBlockShift))) return false;
    for (RecordReader reader(block); !reader.left().empty();) {
      const auto position = static_cast<std::uint32_t>(
          b << kBlockShift | static_cast<std::size_t>(block.size() - reader.left().size()));
      const std::string_view record = reader.Text();
      if (!reader.ok() || record.empty()) return false;
      RecordReader inside(record.substr(1));
      switch (record.front()) {
        case 'S':
          inside.Text();
          strings_.push_back(position);
          break;
        case 'G': {
          const std::uint64_t number = inside.Number();
          inside.Text();
          inside.Text();
          if (number > groups_.size()) return false;
          if (number == groups_.size()) {
            groups_.push_back(position);
          } else {
            groups_[number] = position;
          }
          break;
        }
        case 'U': {
          const std::string_view name = inside.Text();
          inside.Number();
          inside.Text();
          inside.Text();
          for (int i = 0; i < 2; ++i) {
            if (inside.Number() > strings_.size()) return false;
          }
          if (inside.Number() >= kYear10000) return false;
          while (inside.ok() && !inside.left().empty()) {
            if (inside.Number() >= groups_.size()) return false;
          }
          places.push_back({Bytes(name, 0), Bytes(name, 8), position});
          break;
        }
        default:
          return false;
      }
      if (!inside.ok() || !inside.left().empty()) return false;
    }
  }
  std::sort(places.begin(), places.end(), [this](const Place& a, const Place& b) {
    if (a.high != b.high) return a.high < b.high;
    if (a.low != b.low) return a.low < b.low;
    const int order = NameAt(a.position).compare(NameAt(b.position));
    return order != 0 ? order < 0 : a.position < b.position;
  });
  users_.reserve(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    // Of several records of one name the last one counts.
    const bool again = i + 1 < places.size() && places[i].high == places[i + 1].high &&
                       places[i].low == places[i + 1].low &&
                       NameAt(places[i].position) == NameAt(places[i + 1].position);
    if (again) continue;
    users_.push_back(places[i].position);
    RecordReader inside(RecordAt(places[i].position).substr(1));
    inside.Text();
    if ((inside.Number() & kUserGone) != 0) ++gone_;
  }
  users_.shrink_to_fit();
  return true;
}

bool Picture::Find(std::string_view folded, Identity* identity) const {
  const auto found = std::lower_bound(
      users_.begin(), users_.end(), folded,
      [this](std::uint32_t position, std::string_view name) { return NameAt(position) < name; });
  if (found == users_.end()) return false;
  std::string_view name;
  if (NameAt(*found) != folded) return false;
  Read(*found, &name, identity);
  return true;
}

void Picture::Read(std::uint32_t position, std::string_view* name, Identity* identity) const {
  RecordReader reader(RecordAt(position).substr(1));
  *name = reader.Text();
  const std::uint64_t flags = reader.Number();
  identity->id = reader.Text();
  identity->display_name = reader.Text();
  const auto text = [&](std::uint64_t number) {
    if (number == 0) return std::string_view();
    return RecordReader(RecordAt(strings_[number - 1]).substr(1)).Text();
  };
  identity->department = text(reader.Number());
  identity->location = text(reader.Number());
  identity->active.reset();
  if ((flags & kUserActiveKnown) != 0) identity->active = (flags & kUserActive) != 0;
  const std::uint64_t listed = reader.Number();
  identity->last_listed.reset();
  if ((flags & kUserGone) != 0) {
    identity->last_listed = WallSeconds(std::chrono::seconds(static_cast<std::int64_t>(listed)));
  }
  identity->groups.clear();
  while (!reader.left().empty()) {
    RecordReader group(RecordAt(groups_[reader.Number()]).substr(1));
    group.Number();
    group.Text();
    identity->groups.push_back(group.Text());
  }
}

std::size_t Picture::bytes() const {
  std::size_t bytes =
      (users_.capacity() + groups_.capacity() + strings_.capacity()) * sizeof(std::uint32_t);
  for (const Block& block : blocks_) bytes += block->capacity() + sizeof(std::string);
  return bytes;
}

}  // namespace nsf
