// SPDX-License-Identifier: Apache-2.0
// What must hold of every picture, wherever it came from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/page.h"
#include "core/event/text.h"
#include "core/format/format.h"
#include "core/identity/picture.h"
#include "core/identity/picture_builder.h"
#include "core/identity/picture_state.h"
#include "fuzz/fuzz.h"
#include "support/classified.h"

namespace nsf::fuzz {

// A state that holds what the fuzzer puts into it.
class MapState : public StateReader {
 public:
  std::map<std::string, std::string> entries;

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    std::vector<StateEntry> found;
    for (const auto& [key, value] : entries) {
      if (key.starts_with(prefix)) found.push_back({key, value});
    }
    return found;
  }

  Result<std::vector<std::string>> Keys(std::string_view prefix) const override {
    std::vector<std::string> found;
    for (const auto& [key, value] : entries) {
      if (key.starts_with(prefix)) found.push_back(key);
    }
    return found;
  }

  void Apply(const std::vector<StateChange>& changes) {
    for (const StateChange& change : changes) {
      if (change.value) {
        entries[change.key] = *change.value;
      } else {
        entries.erase(change.key);
      }
    }
  }
};

inline bool AreSame(const Identity& a, const Identity& b) {
  return a.id == b.id && a.display_name == b.display_name && a.department == b.department &&
         a.location == b.location && a.active == b.active && a.groups == b.groups &&
         a.last_listed == b.last_listed;
}

// Whether both show the same people.
inline bool ShowSame(const Picture& a, const Picture& b) {
  if (a.users() != b.users()) return false;
  std::size_t in_a = 0;
  std::size_t in_b = 0;
  bool same = true;
  Identity other;
  a.ForEach([&](std::string_view name, const Identity& identity) {
    ++in_a;
    same = same && b.Find(name, &other) && AreSame(identity, other);
  });
  b.ForEach([&](std::string_view, const Identity&) { ++in_b; });
  return same && in_a == in_b;
}

// Everybody is found under a name of their own, and is who the list says.
inline void CheckFinding(const Picture& picture) {
  std::optional<std::string> last;
  std::size_t listed = 0;
  Identity found;
  picture.ForEach([&](std::string_view name, const Identity& identity) {
    Require(!last || *last < name, "names are in order, each once");
    last = name;
    if (!identity.last_listed) ++listed;
    Require(picture.Find(name, &found) && AreSame(found, identity), "who is listed is found");
  });
  Require(listed == picture.users(), "listed users are counted");
}

// What is kept comes back, as what `picture` shows.
inline void CheckKeeping(const Picture& picture) {
  MapState state;
  std::set<std::string> keys;
  for (const auto& commit : SavePicture("acme", picture, &keys)) state.Apply(commit);
  const auto loaded = LoadPicture("acme", state);
  Require(loaded && loaded->picture && loaded->damage.empty(), "what is kept is read back");
  Require(loaded->keys == keys, "the state's keys are known");
  Require(loaded->picture->facts().taken == picture.facts().taken &&
              loaded->picture->facts().took == picture.facts().took &&
              loaded->picture->facts().whole == picture.facts().whole,
          "the facts are read back");
  Require(ShowSame(picture, *loaded->picture), "the people are read back");
}

// A walk after `picture` that shows one user more, and nobody else any more. A picture of a builder
// has one group an id; of others that is not said.
inline void CheckGoing(const Picture& picture, bool is_built) {
  PictureBuilder builder({});
  ScimUser fresh;
  fresh.user_name = "fresh";
  builder.AddUser(fresh);
  PictureFacts facts = picture.facts();
  facts.taken += std::chrono::seconds(1);
  facts.whole = true;
  const auto next = builder.Finish(facts, 1, &picture);
  Require(next.users == 1 && next.picture->users() == 1, "one is listed");
  Identity identity;
  next.picture->ForEach([&](std::string_view name, const Identity& now) {
    if (name == "fresh") return;
    Require(picture.Find(name, &identity), "nobody comes from nowhere");
    Require(now.last_listed == identity.last_listed.value_or(picture.facts().taken),
            "who is gone says since when");
    Require(now.id == identity.id && now.groups.size() == identity.groups.size() &&
                (!is_built || now.groups == identity.groups),
            "who is gone is who it was");
  });
  CheckFinding(*next.picture);
}

// Every format shows a person in one line of valid text.
inline void CheckFormats(const Identity& identity, WallSeconds taken) {
  static const Page page_of_one = Page::Parse(
      R"([{"_id":"1","timestamp":1760000000,"user":"ada","audit_log_event":"Disabled user",)"
      R"("supporting_data":{"data_type":"user","data_values":["bob"]}}])");
  RowReader reader;
  const AuditEvent event = ClassifiedEvent(reader.Read(page_of_one.rows().front()));
  const KnownPerson person{IdentityStatus::kFound, identity};
  const Enrichment people{person, person, taken};
  for (const Format format : kAllFormats) {
    TextBuffer line;
    AppendEvent(format, event, {"acme", "audit", "id", &people}, &line);
    const std::string text = line.str();
    Require(text.find_first_of("\r\n") == std::string::npos, "an event is one line");
    Require(IsUtf8(text), "a payload is UTF-8");
    if (!IsJson(format)) continue;
    const Page page = Page::Parse("[" + text + "]", 300);
    Require(page.status() == PageStatus::kRows && page.rows().size() == 1, "a payload is JSON");
  }
}

inline void CheckShowing(const Picture& picture) {
  picture.ForEach([&](std::string_view, const Identity& identity) {
    CheckFormats(identity, picture.facts().taken);
  });
}

}  // namespace nsf::fuzz
