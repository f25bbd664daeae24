// SPDX-License-Identifier: Apache-2.0
// The histograms of one family: see the header.
#include "adapters/prometheus/histograms.h"

#include <algorithm>
#include <limits>

namespace nsf {

void Histograms::Observe(const std::string& label, Seconds value, std::size_t count) {
  const double seconds = std::max(value.count(), 0.0);
  // A bound belongs to its bucket: `le` means less or equal.
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), seconds);
  Histogram& histogram = At(label);
  histogram.buckets[static_cast<std::size_t>(bound - bounds_.begin())] += count;
  histogram.sum += seconds * static_cast<double>(count);
}

void Histograms::Retain(const std::set<std::string>& labels) {
  std::erase_if(by_label_, [&labels](const auto& entry) { return !labels.contains(entry.first); });
}

std::map<std::string, prometheus::ClientMetric> Histograms::Collect() const {
  std::map<std::string, prometheus::ClientMetric> samples;
  for (const auto& [label, histogram] : by_label_) {
    prometheus::ClientMetric& sample = samples[label];
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
      count += histogram.buckets[i];
      const bool last = i == bounds_.size();
      const double bound = last ? std::numeric_limits<double>::infinity() : bounds_[i];
      sample.histogram.bucket.push_back({count, bound});
    }
    sample.histogram.sample_count = count;
    sample.histogram.sample_sum = histogram.sum;
  }
  return samples;
}

Histograms::Histogram& Histograms::At(const std::string& label) {
  Histogram& histogram = by_label_[label];
  histogram.buckets.resize(bounds_.size() + 1);
  return histogram;
}

}  // namespace nsf
