// SPDX-License-Identifier: Apache-2.0
// Memory of large bodies that nobody reads any more, for the bodies that come next: to take
// megabytes from the system, and give them back, for every page costs more than to write into them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace nsf {

// Thread-safe. Holds kMostBytes at most, however many tenants there are and whatever they send.
class BodyPool {
 public:
  // An empty string that `bytes` fit in, with memory that was used before; without any, where there
  // is none of about that size.
  std::string Take(std::size_t bytes) {
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

  // For as long as somebody reads it; then `pool`, unless it is null, has its memory.
  static std::shared_ptr<const std::string> Share(std::string body,
                                                  std::shared_ptr<BodyPool> pool) {
    if (!pool || body.capacity() < kLeastBytes) {
      return std::make_shared<const std::string>(std::move(body));
    }
    const auto give_back = [pool = std::move(pool)](std::string* read) {
      pool->Give(std::move(*read));
      delete read;  // NOLINT(cppcoreguidelines-owning-memory)
    };
    return std::shared_ptr<std::string>(new std::string(std::move(body)), give_back);
  }

  // Lets go of what nobody has taken since the last call.
  void DropUnused() {
    const std::lock_guard lock(mutex_);
    std::erase_if(spare_, [](const Spare& spare) { return spare.unused; });
    for (Spare& spare : spare_) spare.unused = true;
  }

 private:
  // Smaller ones come from the heap, which keeps them.
  static constexpr std::size_t kLeastBytes = std::size_t{2} * 1024 * 1024;
  static constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;
  static constexpr std::size_t kMostTimes = 4;  // larger than what is to come

  struct Spare {
    std::string body;
    bool unused = false;
  };

  void Give(std::string body) {
    const std::lock_guard lock(mutex_);
    std::size_t bytes = body.capacity();
    if (bytes > kMostBytes) return;
    // The oldest goes first: nobody took it, and pages may have grown since.
    for (const Spare& spare : spare_) bytes += spare.body.capacity();
    while (bytes > kMostBytes) {
      bytes -= spare_.front().body.capacity();
      spare_.erase(spare_.begin());
    }
    spare_.push_back({std::move(body)});
  }

  std::mutex mutex_;
  std::vector<Spare> spare_;
};

}  // namespace nsf
