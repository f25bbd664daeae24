#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A real syslog-ng beside rsyslog: the two Debian packages exclude one another, so this one is only
# unpacked, into a directory of its own.
#   syslog_ng.sh install DIR      fetch and unpack it, once
set -euo pipefail

packages=(syslog-ng-core libivykis0 libnet1 libpcre3 libwrap0 libnsl2 libtirpc3 libglib2.0-0 libjson-c5)

die() { echo "syslog_ng.sh: $*" >&2; exit 1; }

install() {
  local target=$1 package
  [ -e "$target/.complete" ] && return
  mkdir -p "$target/packages"
  (cd "$target/packages" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}") \
    </dev/null || die "apt-get could not download ${packages[*]}; 'apt-get update' may mend it"
  for package in "$target"/packages/*.deb; do dpkg -x "$package" "$target"; done
  touch "$target/.complete"
}

case "${1-}" in
  install) install "${2:?usage: syslog_ng.sh install DIR}" ;;
  *) sed -n '3,6s/^# //p' "$0"; exit 2 ;;
esac
