# SPDX-License-Identifier: Apache-2.0
# The steps of deploy/quickstart, which sets the variables named here: url, tenant, output, state
# and work, a directory of its own that is removed at the end.

simulator=''

die() {
  local code=$1
  shift
  echo "quickstart: $*" >&2
  exit "$code"
}

check_url() {
  [[ $1 =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?/?$ ]] ||
    [[ $1 =~ ^http://(127\.[0-9.]+|localhost)(:[0-9]+)?/?$ ]] ||
    die 2 "'$1' is no tenant: it looks like https://acme.goskope.com"
}

# The first label of the host names the tenant in metrics and in the state.
tenant_name() {
  local host=${1#*://}
  host=${host%%[:/]*}
  [[ $host =~ ^[0-9.]+$ ]] || host=${host%%.*}
  printf '%s' "${host,,}"
}

# The token comes by the environment or by the keyboard, never by the command line, which others
# can read.
ask_token() {
  [ -n "${NETSKOPE_TOKEN-}" ] && return 0
  [ -t 0 ] || die 2 'set NETSKOPE_TOKEN to a token of Settings > Tools > REST API v2 of your tenant'
  read -rsp "Token of Settings > Tools > REST API v2 for $url: " NETSKOPE_TOKEN </dev/tty
  echo >&2
  [ -n "$NETSKOPE_TOKEN" ] || die 2 'no token given'
}

# stdout belongs to the events: what the build says goes to stderr, and to a file when there is
# nothing to build. Ninja itself notices a changed CMakeLists.txt.
build_release() {
  if [ ! -e build/release/build.ninja ]; then
    echo 'Building (some minutes, once)' >&2
    cmake --preset release >&2 || return 1
  fi
  if [ -x build/release/bin/netskope-forwarder ]; then
    cmake --build --preset release >build/release/quickstart.log 2>&1 && return 0
    tail -n 40 build/release/quickstart.log >&2
    return 1
  fi
  cmake --build --preset release >&2
}

# A group of its own, so that Ctrl-C reaches the forwarder first and the tenant is still there while
# it ends.
start_simulator() {
  local live=5 line=''
  [ "${#once[@]}" = 0 ] || live=0
  NETSKOPE_TOKEN=$(head -c 24 /dev/urandom | od -An -vtx1 | tr -d ' \n')
  printf '%s\n' "$NETSKOPE_TOKEN" >"$work/simulator-token"
  mkfifo "$work/simulator-says"
  set -m
  build/release/bin/netskope-simulator --listen 127.0.0.1:0 --events 20000 --live "$live" \
    --rate-limit 300/min --token-file "$work/simulator-token" >"$work/simulator-says" </dev/null &
  simulator=$!
  set +m
  read -r -t 30 line <"$work/simulator-says"
  url=${line#listening on }
  [[ $url = http://* ]] || die 1 'the simulator did not start: see above'
}

# The usual port of the metrics, or any if that is taken.
metrics_address() {
  if (exec 3<>/dev/tcp/127.0.0.1/9641) 2>/dev/null; then echo 127.0.0.1:0
  else echo 127.0.0.1:9641; fi
}

# yaml_string TEXT: in single quotes nothing but the quote itself means anything to YAML; a dollar
# is doubled for the forwarder.
yaml_string() {
  local text=${1//\'/\'\'}
  printf "'%s'" "${text//\$/\$\$}"
}

write_config() {
  cat <<CONFIG
tenants:
  - name: $tenant
    url: $url
    token_file: $(yaml_string "$work/token")
    start: 24h
    poll_interval: 5s
sinks:
  - {name: events, type: file, path: $(yaml_string "$output"), format: ocsf}
state: {type: sqlite, path: $(yaml_string "$state")}
dead_letter: {type: file, path: $(yaml_string "$state/dead-letter.ndjson")}
server: {listen: "$(metrics_address)"}
CONFIG
}

# run_in_front COMMAND...: a signal to this script is one to the command, and its exit code ours.
run_in_front() {
  local child code=0 signalled
  set -m
  "$@" </dev/null &
  child=$!
  set +m
  trap 'signalled=yes; kill -INT "$child" 2>/dev/null' INT
  trap 'signalled=yes; kill -TERM "$child" 2>/dev/null' TERM HUP
  while :; do
    signalled=no
    wait "$child"
    code=$?
    [ "$signalled" = yes ] || break
  done
  exit "$code"
}

clean_up() {
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null
  rm -rf "$work"
}
