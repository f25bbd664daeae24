// SPDX-License-Identifier: Apache-2.0
// Gathers samples into families, as a scrape wants them: one family a name, in the order in which
// the names came first.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nsf {

using MetricLabels = std::vector<std::pair<std::string_view, std::string_view>>;

// Values of one metric by the value of one label.
using LabelledValues = std::map<std::string_view, double>;

class MetricPage {
 public:
  // `prefix` stands before each name.
  explicit MetricPage(std::string prefix) : prefix_(std::move(prefix)) {}

  void Counter(std::string_view name, std::string_view help, const MetricLabels& labels,
               double value);
  void Gauge(std::string_view name, std::string_view help, const MetricLabels& labels,
             double value);
  // One sample for each of `values`, under `label` beside `labels`.
  void Counters(std::string_view name, std::string_view help, const MetricLabels& labels,
                std::string_view label, const LabelledValues& values);
  void Gauges(std::string_view name, std::string_view help, const MetricLabels& labels,
              std::string_view label, const LabelledValues& values);
  void Histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                 prometheus::ClientMetric histogram);

  const std::vector<prometheus::MetricFamily>& families() const { return families_; }

 private:
  void Add(std::string_view name, std::string_view help, prometheus::MetricType type,
           const MetricLabels& labels, prometheus::ClientMetric sample);

  std::string prefix_;
  std::map<std::string, std::size_t, std::less<>> index_;  // into families_, by name
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace nsf
