// SPDX-License-Identifier: Apache-2.0
// Samples into families: see the header.
#include "adapters/prometheus/metric_page.h"

namespace nsf {
namespace {

MetricLabels With(MetricLabels labels, std::string_view label, std::string_view value) {
  labels.emplace_back(label, value);
  return labels;
}

}  // namespace

void MetricPage::Counter(std::string_view name, std::string_view help, const MetricLabels& labels,
                         double value) {
  prometheus::ClientMetric sample;
  sample.counter.value = value;
  Add(name, help, prometheus::MetricType::Counter, labels, std::move(sample));
}

void MetricPage::Gauge(std::string_view name, std::string_view help, const MetricLabels& labels,
                       double value) {
  prometheus::ClientMetric sample;
  sample.gauge.value = value;
  Add(name, help, prometheus::MetricType::Gauge, labels, std::move(sample));
}

void MetricPage::Counters(std::string_view name, std::string_view help, const MetricLabels& labels,
                          std::string_view label, const LabelledValues& values) {
  for (const auto& [of, value] : values) Counter(name, help, With(labels, label, of), value);
}

void MetricPage::Gauges(std::string_view name, std::string_view help, const MetricLabels& labels,
                        std::string_view label, const LabelledValues& values) {
  for (const auto& [of, value] : values) Gauge(name, help, With(labels, label, of), value);
}

void MetricPage::Histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                           prometheus::ClientMetric histogram) {
  Add(name, help, prometheus::MetricType::Histogram, labels, std::move(histogram));
}

void MetricPage::Add(std::string_view name, std::string_view help, prometheus::MetricType type,
                     const MetricLabels& labels, prometheus::ClientMetric sample) {
  for (const auto& [label, value] : labels) {
    sample.label.push_back({std::string(label), std::string(value)});
  }
  auto found = index_.find(name);
  if (found == index_.end()) {
    found = index_.emplace(name, families_.size()).first;
    families_.push_back({prefix_ + std::string(name), std::string(help), type, {}});
  }
  families_[found->second].metric.push_back(std::move(sample));
}

}  // namespace nsf
