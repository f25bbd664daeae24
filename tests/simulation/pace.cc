// SPDX-License-Identifier: Apache-2.0
// Paces.
#include "simulation/pace.h"

namespace nsf::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Pace Day() {
  Pace day;
  day.name = "day";
  day.revisit = {minutes(15), hours(1), hours(24)};
  day.least_poll = minutes(4);
  day.most_poll = minutes(12);
  day.calm = minutes(90);
  day.end = hours(28);
  return day;
}

Pace Hour() {
  Pace hour;
  hour.name = "hour";
  hour.length = minutes(1);
  hour.settle = seconds(20);
  hour.settle_by_event = minutes(2);
  hour.longest = hours(2);
  hour.revisit = {minutes(3), minutes(12), minutes(40)};
  hour.least_poll = seconds(15);
  hour.most_poll = seconds(60);
  hour.calm = minutes(15);
  hour.end = minutes(100);
  return hour;
}

Pace Minutes() {
  Pace few;
  few.name = "minutes";
  few.length = seconds(30);
  few.settle = seconds(8);
  few.settle_by_event = seconds(40);
  few.longest = minutes(30);
  few.revisit = {seconds(60), seconds(240)};
  few.least_poll = seconds(3);
  few.most_poll = seconds(15);
  few.calm = minutes(5);
  few.end = minutes(28);
  return few;
}

}  // namespace

Pace DrawPace(Dice* dice) {
  const auto roll = dice->Between(0, 99);
  Pace pace = roll < 10 ? Day() : roll < 40 ? Hour() : Minutes();
  if (dice->Permille(100)) pace.revisit.clear();
  if (dice->Permille(100)) pace.ahead = pace.longest;
  return pace;
}

}  // namespace nsf::simulation
