// SPDX-License-Identifier: Apache-2.0
// Choosing the source.
#include "pipeline/stream/event_stream.h"

#include "pipeline/stream/iterator_stream.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

template <typename Kind>
Result<std::unique_ptr<EventStream>> Make(const StreamSettings& settings, const StateReader& state,
                                          Budget& budget, Random& random) {
  auto stream = Kind::Create(settings, state, budget, random);
  if (!stream) return stream.error();
  return std::unique_ptr<EventStream>(std::move(stream).value());
}

}  // namespace

Result<std::unique_ptr<EventStream>> MakeEventStream(const StreamSettings& settings,
                                                     const StateReader& state, Budget& budget,
                                                     Random& random) {
  return settings.iterator ? Make<IteratorStream>(settings, state, budget, random)
                           : Make<Stream>(settings, state, budget, random);
}

}  // namespace nsf
