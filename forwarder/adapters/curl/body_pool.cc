// SPDX-License-Identifier: Apache-2.0
// Which memory is kept, and which goes.
#include "adapters/curl/body_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace nsf {
namespace {

// Smaller ones come from the heap, which keeps them.
constexpr std::size_t kLeastBytes = std::size_t{2} * 1024 * 1024;
constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kMostTimes = 4;  // larger than what is to come

}  // namespace

std::string BodyPool::Take(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  // Back to front: what was used last is in the CPU's caches.
  const auto found = std::find_if(spare_.rbegin(), spare_.rend(), [bytes](const Spare& spare) {
    return spare.body.capacity() >= bytes && spare.body.capacity() / kMostTimes <= bytes;
  });
  if (found == spare_.rend()) {
    // In its place goes what is taken anew: both together are no more than without this.
    if (bytes >= kLeastBytes && !spare_.empty()) spare_.erase(spare_.begin());
    return {};
  }
  std::string body = std::move(found->body);
  spare_.erase(std::next(found).base());
  body.clear();
  return body;
}

void BodyPool::Give(std::string body) {
  std::size_t bytes = body.capacity();
  if (bytes < kLeastBytes || bytes > kMostBytes) return;
  const std::lock_guard lock(mutex_);
  // The oldest goes first: nobody took it, and pages may have grown since.
  for (const Spare& spare : spare_) bytes += spare.body.capacity();
  while (bytes > kMostBytes) {
    bytes -= spare_.front().body.capacity();
    spare_.erase(spare_.begin());
  }
  spare_.push_back({std::move(body)});
}

void BodyPool::DropUnused() {
  const std::lock_guard lock(mutex_);
  std::erase_if(spare_, [](const Spare& spare) { return spare.unused; });
  for (Spare& spare : spare_) spare.unused = true;
}

}  // namespace nsf
