// SPDX-License-Identifier: Apache-2.0
// Pseudonyms: values that another program computed, forms, and what is one already.
#include "core/privacy/pseudonyms.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "core/event/text.h"

namespace nsf {
namespace {

Pseudonyms Fixed() { return Pseudonyms(Secret("0123456789abcdef")); }

// Made by Python: hmac.new(key, kind + b"\0" + text.lower(), sha256).hexdigest()[:32].
TEST_CASE("A pseudonym is an HMAC that others can compute") {
  Pseudonyms names = Fixed();
  CHECK(names.OfUser("ana@corp.example") == "01ae1402574253e23a3274c219f27182@hmac.invalid");
  CHECK(names.OfUser("Ana@Corp.Example") == "01ae1402574253e23a3274c219f27182@hmac.invalid");
  CHECK(names.OfUser("siem-poller") == "hmac-81d614966346d29d54ee3e3edfe1c62b");
  CHECK(names.OfIp("203.0.113.9") == "2001:db8:5288:8421:8e9c:3611:bc59:e21c");
  CHECK(names.OfIp("2001:DB8::7") == "2001:db8:97ea:9055:a4d5:699c:05bc:91d3");
  CHECK(names.OfValue("[1]") == "hmac-290d7b8f2a900d2833d782472fe42492");
  CHECK(IsIpAddress(names.OfIp("203.0.113.9")));
}

TEST_CASE("Another key or kind gives another pseudonym; many texts give many") {
  Pseudonyms names = Fixed();
  CHECK(Pseudonyms(Secret("0123456789abcdeg")).OfUser("siem-poller") !=
        names.OfUser("siem-poller"));
  CHECK(names.OfValue("siem-poller") != names.OfUser("siem-poller"));
  std::set<std::string> all;
  for (int i = 0; i < 10'000; ++i) all.insert(names.OfUser("user" + std::to_string(i)));
  CHECK(all.size() == 10'000);
  CHECK(all.count(names.OfUser("user7")) == 1);  // forgotten, and computed again
}

TEST_CASE("What has a pseudonym's form is one") {
  Pseudonyms names = Fixed();
  for (const std::string& text :
       {names.OfUser("a@b.c"), names.OfUser("a"), names.OfIp("1.2.3.4"), names.OfValue("x")}) {
    INFO(text);
    CHECK(IsPseudonym(text));
    CHECK_FALSE(IsPseudonym(text + "0"));
    CHECK_FALSE(IsPseudonym("0" + text));
    CHECK_FALSE(IsPseudonym(text.substr(0, text.size() - 1)));
  }
  for (const char* text : {"", "hmac-", "@hmac.invalid", "2001:db8::7", "ana@hmac.invalid",
                           "hmac-ana", "2001:db8:5288:8421:8e9c:3611:bc59:e21C"}) {
    INFO(text);
    CHECK_FALSE(IsPseudonym(text));
  }
}

}  // namespace
}  // namespace nsf
