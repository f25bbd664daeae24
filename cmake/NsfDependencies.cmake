# SPDX-License-Identifier: Apache-2.0
# The libraries the forwarder stands on, as targets. Debian's packages: see README, "Build".
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG COMPONENTS core)
find_path(NSF_CIVETWEB_INCLUDE civetweb.h REQUIRED)
find_library(NSF_CIVETWEB_LIBRARY civetweb REQUIRED)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)

# RapidJSON sets a variable and no target. Assertions of the library become nothing we rely on:
# every parse is checked by its result.
find_path(NSF_RAPIDJSON_INCLUDE rapidjson/reader.h REQUIRED)
add_library(nsf_rapidjson INTERFACE)
target_include_directories(nsf_rapidjson SYSTEM INTERFACE "${NSF_RAPIDJSON_INCLUDE}")

add_library(nsf_civetweb INTERFACE)
target_include_directories(nsf_civetweb SYSTEM INTERFACE "${NSF_CIVETWEB_INCLUDE}")
target_link_libraries(nsf_civetweb INTERFACE "${NSF_CIVETWEB_LIBRARY}" Threads::Threads)
