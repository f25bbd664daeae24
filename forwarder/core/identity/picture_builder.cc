// SPDX-License-Identifier: Apache-2.0
// Writing a picture's records.
#include "core/identity/picture_builder.h"

#include <utility>

#include "core/identity/record_text.h"

namespace nsf {
namespace {

constexpr std::chrono::hours kKeepGone{24};
// Of the index and the tables of a builder, for each user and group; roughly.
constexpr std::size_t kBesidesRecord = 8;

}  // namespace

void PictureBuilder::Append(const std::string& record) {
  std::string size;
  PutNumber(record.size(), &size);
  if (blocks_.empty() ||
      blocks_.back()->size() + size.size() + record.size() > Picture::kBlockBytes) {
    if (!blocks_.empty()) blocks_.back()->shrink_to_fit();
    blocks_.push_back(std::make_shared<std::string>());
    blocks_.back()->reserve(Picture::kBlockBytes);
  }
  blocks_.back()->append(size).append(record);
  bytes_ += size.size() + record.size() + kBesidesRecord;
}

std::uint32_t PictureBuilder::StringNumber(std::string_view text) {
  const auto [known, fresh] =
      strings_.try_emplace(std::string(text), static_cast<std::uint32_t>(strings_.size()));
  if (fresh) {
    std::string record(1, 'S');
    PutText(text, &record);
    Append(record);
    bytes_ += text.size();
  }
  return known->second;
}

std::uint32_t PictureBuilder::GroupNumber(const ScimGroup& group) {
  const auto [known, fresh] = groups_.try_emplace(
      group.id, KnownGroup{static_cast<std::uint32_t>(groups_.size()), group.name});
  if (fresh) {
    std::string record(1, 'G');
    PutNumber(known->second.number, &record);
    PutText(group.id, &record);
    PutText(group.name, &record);
    Append(record);
    bytes_ += group.id.size() + group.name.size();
  }
  return known->second.number;
}

void PictureBuilder::AddGroup(const ScimGroup& group) {
  const std::uint32_t number = GroupNumber(group);
  KnownGroup& known = groups_.at(group.id);
  if (group.name.empty() || known.name == group.name) return;
  known.name = group.name;
  std::string record(1, 'G');
  PutNumber(number, &record);
  PutText(group.id, &record);
  PutText(group.name, &record);
  Append(record);
}

void PictureBuilder::AddUser(const ScimUser& user) {
  Identity identity;
  if (fields_.id) identity.id = user.id;
  if (fields_.display_name) identity.display_name = user.display_name;
  if (fields_.department) identity.department = user.department;
  if (fields_.location) identity.location = user.location;
  if (fields_.active) identity.active = user.active;
  std::vector<std::uint32_t> groups;
  if (fields_.groups) {
    for (const ScimGroup& group : user.groups) groups.push_back(GroupNumber(group));
  }
  std::string folded;
  FoldUserName(user.user_name, &folded);
  AppendUser(folded, identity, groups);
}

void PictureBuilder::AppendUser(std::string_view folded, const Identity& identity,
                                const std::vector<std::uint32_t>& groups) {
  const std::uint64_t department =
      identity.department.empty() ? 0 : StringNumber(identity.department) + 1;
  const std::uint64_t location =
      identity.location.empty() ? 0 : StringNumber(identity.location) + 1;
  record_.assign(1, 'U');
  PutText(folded, &record_);
  PutNumber((identity.active ? kUserActiveKnown : 0U) |
                (identity.active.value_or(false) ? kUserActive : 0U) |
                (identity.last_listed ? kUserGone : 0U),
            &record_);
  PutText(identity.id, &record_);
  PutText(identity.display_name, &record_);
  PutNumber(department, &record_);
  PutNumber(location, &record_);
  PutNumber(identity.last_listed
                ? static_cast<std::uint64_t>(identity.last_listed->time_since_epoch().count())
                : 0,
            &record_);
  for (const std::uint32_t group : groups) PutNumber(group, &record_);
  Append(record_);
}

// Both are sorted by name: one look at each is enough.
void PictureBuilder::KeepGone(const Picture& listed, const Picture& before) {
  auto here = listed.users_.begin();
  Identity identity;
  for (const std::uint32_t position : before.users_) {
    if (full()) return;
    const std::string_view name = before.NameAt(position);
    while (here != listed.users_.end() && listed.NameAt(*here) < name) ++here;
    if (here != listed.users_.end() && listed.NameAt(*here) == name) continue;
    std::string_view folded;
    before.Read(position, &folded, &identity);
    if (!identity.last_listed && listed.facts_.whole) identity.last_listed = before.facts_.taken;
    if (identity.last_listed && *identity.last_listed + kKeepGone <= listed.facts_.taken) continue;
    std::vector<std::uint32_t> groups;
    RecordReader reader(before.RecordAt(position).substr(1));
    reader.Text();
    reader.Number();
    reader.Text();
    reader.Text();
    for (int i = 0; i < 3; ++i) reader.Number();
    while (!reader.left().empty()) {
      RecordReader group(before.RecordAt(before.groups_[reader.Number()]).substr(1));
      group.Number();
      const std::string id(group.Text());
      groups.push_back(GroupNumber({id, std::string(group.Text())}));
    }
    AppendUser(name, identity, groups);
  }
}

PictureBuilder::Outcome PictureBuilder::Finish(PictureFacts facts, std::uint64_t stated,
                                               const Picture* before) {
  auto picture = std::make_shared<Picture>();
  picture->facts_ = facts;
  picture->blocks_.assign(blocks_.begin(), blocks_.end());
  picture->Index();
  Outcome outcome;
  outcome.users = picture->users_.size();
  // A page that moved shows one user twice and another not at all; and a tenant that had users a
  // moment ago has hardly lost all of them.
  const bool emptied = outcome.users == 0 && before != nullptr && before->users() > 0;
  if (outcome.users < stated || emptied) picture->facts_.whole = false;
  if (before != nullptr) {
    KeepGone(*picture, *before);
    picture->blocks_.assign(blocks_.begin(), blocks_.end());
    picture->Index();
  }
  if (!blocks_.empty()) blocks_.back()->shrink_to_fit();
  blocks_.clear();
  bytes_ = 0;
  groups_.clear();
  strings_.clear();
  outcome.picture = std::move(picture);
  return outcome;
}

}  // namespace nsf
