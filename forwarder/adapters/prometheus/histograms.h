// SPDX-License-Identifier: Apache-2.0
// The histograms of one family, by the value of their label: a value that can be copied, so that a
// scrape works on a copy.
#pragma once

#include <prometheus/client_metric.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace nsf {

// For one thread at a time.
class Histograms {
 public:
  using Seconds = std::chrono::duration<double>;

  // Upper bounds of the buckets, ascending, in seconds.
  explicit Histograms(std::vector<double> bounds) : bounds_(std::move(bounds)) {}

  // Exists from now on, at 0.
  void Declare(const std::string& label) { At(label); }

  // Those whose label is not one of these exist no more.
  void Retain(const std::set<std::string>& labels);

  // `count` observations of one value; below 0 (clocks differ) counts as 0.
  void Observe(const std::string& label, Seconds value, std::size_t count);

  std::map<std::string, prometheus::ClientMetric> Collect() const;

 private:
  struct Histogram {
    std::vector<std::uint64_t> buckets;  // one more than bounds_: the last has none
    double sum = 0;
  };

  Histogram& At(const std::string& label);

  std::vector<double> bounds_;
  std::map<std::string, Histogram> by_label_;
};

}  // namespace nsf
