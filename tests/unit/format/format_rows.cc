// SPDX-License-Identifier: Apache-2.0
// Prints rows from stdin, one a line, as events: usage
// `format_rows FORMAT [STREAM] < rows.ndjson`. An event
// without an id is row-1, row-2, ….
#include <iostream>
#include <string>

#include "unit/format/print_event.h"

int main(int argc, char** argv) {
  const auto format = argc == 2 || argc == 3 ? nsf::FormatOf(argv[1]) : std::nullopt;
  if (!format) {
    std::cerr << "usage: format_rows raw|ocsf|ecs|cef|leef [STREAM] < rows.ndjson\n";
    return 2;
  }
  const std::string stream = argc == 3 ? argv[2] : "audit";
  int number = 0;
  for (std::string row; std::getline(std::cin, row);) {
    if (nsf::PrintEvent(*format, row, "row-" + std::to_string(++number), stream)) continue;
    std::cerr << "row " << number << " is no JSON\n";
    return 1;
  }
  return std::cout.flush() ? 0 : 1;
}
