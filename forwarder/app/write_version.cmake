# SPDX-License-Identifier: Apache-2.0
# Writes app/version.h: the version, and the commit that is being built. Runs at each build, because
# a commit does not make CMake run again; writes only when something changed. Called with
# SOURCE_DIR, HEADER, VERSION and GIT.
set(commit "unknown")
# In an archive of the sources (git archive) it is written down; else the repository knows.
file(READ "${SOURCE_DIR}/cmake/commit.txt" written)
if(written MATCHES "^[0-9a-f]+")
  string(SUBSTRING "${CMAKE_MATCH_0}" 0 12 commit)
elseif(GIT)
  execute_process(
    COMMAND "${GIT}" -C "${SOURCE_DIR}" rev-parse --short=12 HEAD
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit "${head}")
  endif()
endif()
set(content "// SPDX-License-Identifier: Apache-2.0
// Written by the build: what is being built.
#pragma once

namespace nsf {

inline constexpr const char* kVersion = \"${VERSION}\";
// Abbreviated; \"unknown\" outside of a repository.
inline constexpr const char* kCommit = \"${commit}\";

}  // namespace nsf
")
set(old "")
if(EXISTS "${HEADER}")
  file(READ "${HEADER}" old)
endif()
if(NOT old STREQUAL content)
  file(WRITE "${HEADER}" "${content}")
endif()
