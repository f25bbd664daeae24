// SPDX-License-Identifier: Apache-2.0
// What a client gets when an answer goes wrong.
#pragma once

#include <string_view>

#include "tenant/answer.h"
#include "tenant/fault.h"

namespace nsf_simulator {

// Makes `answer` one that refuses. `message` holds nothing that JSON would have to escape.
void Refuse(int status, std::string_view message, Answer* answer);

// Answers in the page's stead if that is what the fault does; false: the page goes on its way.
bool AnswersInstead(Fault fault, const Settings& settings, Answer* answer);

// What the fault does to a finished page, if anything.
void SpoilPage(Fault fault, const Settings& settings, Answer* answer);

}  // namespace nsf_simulator
