# SPDX-License-Identifier: Apache-2.0
# Debian 12 packages, named in this one place and installed by need. Sourced by deploy/quickstart
# and tests/run; needs bash alone, because a fresh system has nothing else yet.

# What both programs are built from.
build_packages=(
  ca-certificates g++ cmake ninja-build pkg-config
  libcurl4-openssl-dev libssl-dev libsqlite3-dev zlib1g-dev libyaml-cpp-dev libspdlog-dev
  prometheus-cpp-dev libcivetweb-dev librdkafka-dev libxxhash-dev rapidjson-dev libsimdjson-dev libcli11-dev
)

# What the Debian package is made with: dpkg-shlibdeps, and `file`, without which CPack does not call it.
packaging_packages=("${build_packages[@]}" dpkg-dev file)

# What the fuzzers use besides: clang's libFuzzer; Catch2, because the tests are configured whole.
fuzz_packages=("${build_packages[@]}" catch2 clang-14 libclang-rt-14-dev)

# What the tests use besides: Python; a Kafka broker fetched by Maven; rsyslog; promtool; Go, for the
# parser of CEF that judges ours; systemd's judge of units. syslog-ng is unpacked by tests/support/syslog_ng: its package and
# that of rsyslog exclude one another.
# ccache, so that the release build of the quickstart's test costs next to nothing.
test_packages=(
  "${fuzz_packages[@]}"
  ccache python3 python3-venv openssl curl procps
  maven openjdk-17-jre-headless rsyslog rsyslog-openssl rsyslog-relp prometheus faketime golang-go
  valgrind
  systemd
)

# What `tests/run --all` uses besides: a minimal Debian to install the package into, and an image of it;
# a browser, and npm for what judges a page's accessibility; pngquant, for pictures of it.
all_test_packages=(
  "${test_packages[@]}" clang-tidy-14 clang-format-14 buildah mmdebstrap man-db
  chromium fonts-dejavu-core pngquant
)
# A Node.js that is not Debian's brings npm with it, and its package excludes Debian's.
command -v npm >/dev/null || all_test_packages+=(npm)

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

# as_root COMMAND...: as root, or through sudo. Without a terminal sudo must not ask.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif [ -t 0 ]; then sudo "$@"
  else sudo -n "$@"; fi
}

can_be_root() {
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null || return 1
  [ -t 0 ] || sudo -n true 2>/dev/null
}

# install_packages NAME...: installs what is missing, or names it and fails. Everything apt says
# goes to stderr: stdout belongs to the events.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" = 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "This needs Debian 12 or a system with the packages: ${missing[*]}" >&2
    return 1
  fi
  if ! can_be_root; then
    echo "These packages are missing and installing them needs root:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
  apt_install "${missing[@]}" >&2 && return 0
  echo "apt could not install them: see above; 'apt-get update' may mend it" >&2
  return 1
}

# rsyslog and prometheus would start services of their own at once. The tests start what they need
# themselves, so for the length of the installation the system is told not to.
apt_install() {
  local policy=/usr/sbin/policy-rc.d kept=yes result=0
  if [ ! -e "$policy" ]; then
    kept=no
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 \
      install --no-install-recommends "$@" </dev/null || result=$?
  [ "$kept" = yes ] || as_root rm -f "$policy"
  return "$result"
}
