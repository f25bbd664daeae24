# SPDX-License-Identifier: Apache-2.0
# What every target of ours is compiled with: warnings, sanitizers and hardening.
add_library(nsf_options INTERFACE)
target_compile_options(nsf_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-qual -Woverloaded-virtual -Wimplicit-fallthrough
  -fstack-protector-strong
  "$<$<BOOL:${NSF_WERROR}>:-Werror>")
# No path of the machine that builds is in the program, so that two builds are the same.
target_compile_options(nsf_options INTERFACE "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
if(NSF_SANITIZE)
  target_compile_options(nsf_options INTERFACE
    "-fsanitize=${NSF_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer
    # g++ 12 sees uninitialized members in <regex> when it instruments it (Catch2's).
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>"
    "$<$<CXX_COMPILER_ID:Clang>:-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizer_ignore.txt>")
  target_link_options(nsf_options INTERFACE "-fsanitize=${NSF_SANITIZE}")
else()
  target_compile_definitions(nsf_options INTERFACE
    "$<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>" _GLIBCXX_ASSERTIONS)
endif()
if(NSF_FUZZ)
  target_compile_options(nsf_options INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_definitions(nsf_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
target_link_options(nsf_options INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

# nsf_library(NAME SOURCES … LINK …): one box of docs/ARCHITECTURE.md as a static library. Its
# include root is the folder above the layers, so that an include line shows its layer.
function(nsf_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/forwarder")
  target_link_libraries(${name} PUBLIC nsf_ports ${ARG_LINK})
endfunction()
