// SPDX-License-Identifier: Apache-2.0
// Does with one page what the forwarder does, each step in a function of its own, for a profiler
// that counts instructions. Usage: counted_steps PAGE_FILE. See tests/bench/instructions.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/config/classification_file.h"
#include "core/event/audit_event.h"
#include "core/event/classification.h"
#include "core/event/page.h"
#include "core/event/row.h"
#include "core/format/format.h"

namespace {

using nsf::AuditEvent;
using nsf::Format;
using nsf::Page;

// An event, and the reader whose row it points into.
struct ReadRow {
  nsf::RowReader reader;
  std::optional<AuditEvent> event;
};
using Rows = std::vector<std::unique_ptr<ReadRow>>;

void Normalize(const Page& page, nsf::Classifier* classifier, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i]->event = nsf::Normalize(rows[i]->reader.Read(page.rows()[i]));
    classifier->Classify(&*rows[i]->event);
  }
}

std::size_t WriteAll(Format format, const Rows& rows, nsf::TextBuffer* out) {
  std::size_t bytes = 0;
  for (const auto& row : rows) {
    out->clear();
    nsf::AppendEvent(format, *row->event, {"acme", "audit", row->event->id}, out);
    bytes += out->size();
  }
  return bytes;
}

}  // namespace

// What is counted: found by name in the profile, so they are no other's and never inlined.
extern "C" {

[[gnu::noinline]] void CountedParse(std::string body, Page* page) {
  *page = Page::Parse(std::move(body));
}
[[gnu::noinline]] void CountedNormalize(const Page& page, nsf::Classifier* classifier,
                                        const Rows& rows) {
  Normalize(page, classifier, rows);
}
[[gnu::noinline]] std::size_t CountedRaw(const Rows& rows, nsf::TextBuffer* out) {
  return WriteAll(Format::kRaw, rows, out);
}
[[gnu::noinline]] std::size_t CountedOcsf(const Rows& rows, nsf::TextBuffer* out) {
  return WriteAll(Format::kOcsf, rows, out);
}
[[gnu::noinline]] std::size_t CountedEcs(const Rows& rows, nsf::TextBuffer* out) {
  return WriteAll(Format::kEcs, rows, out);
}
[[gnu::noinline]] std::size_t CountedCef(const Rows& rows, nsf::TextBuffer* out) {
  return WriteAll(Format::kCef, rows, out);
}
[[gnu::noinline]] std::size_t CountedLeef(const Rows& rows, nsf::TextBuffer* out) {
  return WriteAll(Format::kLeef, rows, out);
}

}  // extern "C"

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: counted_steps PAGE_FILE\n", stderr), 2;
  std::ifstream file(argv[1], std::ios::binary);
  std::string body{std::istreambuf_iterator<char>(file), {}};
  Page page = Page::Parse(body);
  Rows rows;
  for (std::size_t i = 0; i < page.rows().size(); ++i) rows.push_back(std::make_unique<ReadRow>());
  nsf::Classifier classifier(nsf::BuiltInClassification());
  nsf::TextBuffer out;
  // Once beforehand: what is done for the first row alone is no part of what a row costs.
  Normalize(page, &classifier, rows);
  std::size_t bytes = 0;
  for (const Format format : nsf::kAllFormats) bytes += WriteAll(format, rows, &out);

  CountedParse(std::move(body), &page);
  CountedNormalize(page, &classifier, rows);
  bytes += CountedRaw(rows, &out) + CountedOcsf(rows, &out) + CountedEcs(rows, &out) +
           CountedCef(rows, &out) + CountedLeef(rows, &out);
  std::printf("{\"rows\":%zu,\"bytes\":%zu}\n", rows.size(), bytes);
  return rows.empty() || bytes == 0 ? 1 : 0;
}
