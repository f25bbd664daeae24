#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A real Kafka broker (KRaft, one node) on a loopback port.
#   kafka_broker.sh install DIR                          fetch its jars, once
#   kafka_broker.sh start --jars DIR --data DIR --port P [--set KEY=VALUE]...
#                         [--sasl P --user NAME=PASSWORD]     another port, of SASL
#                         [--tls P=PEM]...                    others, of TLS with that certificate
#   kafka_broker.sh stop --data DIR                      in order; start again goes on with its data
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)

die() { echo "kafka_broker.sh: $*" >&2; exit 1; }

install_jars() {
  local jars=$1
  [ -e "$jars/.complete" ] && return
  mkdir -p "$jars"
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$(cd "$jars" && pwd)" \
    </dev/null || die "Maven could not fetch the broker's jars"
  touch "$jars/.complete"
}

write_properties() {
  local port=$1 controller=$2
  cat >"$data/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
controller.listener.names=CONTROLLER
log.dirs=$data/log
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
PROPERTIES
  local listeners=PLAINTEXT://127.0.0.1:$port protocols=PLAINTEXT:PLAINTEXT entry
  if [ -n "$sasl" ]; then
    listeners+=,SASL_PLAINTEXT://127.0.0.1:$sasl
    protocols+=,SASL_PLAINTEXT:SASL_PLAINTEXT
    cat >>"$data/server.properties" <<PROPERTIES
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl_plaintext.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_${user%%=*}="${user#*=}";
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
PROPERTIES
  fi
  for entry in "${tls[@]}"; do
    listeners+=,TLS${entry%%=*}://127.0.0.1:${entry%%=*}
    protocols+=,TLS${entry%%=*}:SSL
    cat >>"$data/server.properties" <<PROPERTIES
listener.name.tls${entry%%=*}.ssl.keystore.type=PEM
listener.name.tls${entry%%=*}.ssl.keystore.location=${entry#*=}
PROPERTIES
  done
  cat >>"$data/server.properties" <<PROPERTIES
listeners=$listeners,CONTROLLER://127.0.0.1:$controller
advertised.listeners=$listeners
listener.security.protocol.map=$protocols,CONTROLLER:PLAINTEXT
PROPERTIES
  printf '%s\n' "${settings[@]}" >>"$data/server.properties"
}

# The user's password for SCRAM, which stands in the metadata from the beginning.
scram() {
  [ -z "$user" ] || printf -- '--add-scram\nSCRAM-SHA-512=[name=%s,password=%s]\n' \
    "${user%%=*}" "${user#*=}"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

java_options=(-Xmx512m -XX:+UseSerialGC)

running() { [ -e "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }

start() {
  mkdir -p "$data"
  running && die "a broker runs on $data already"
  if [ ! -e "$data/server.properties" ]; then
    write_properties "$port" "$(free_port)"
    mapfile -t credentials < <(scram)
    java "${java_options[@]}" -cp "$jars/*" kafka.tools.StorageTool format \
      -t 4L6g3nShT-eMCtK--X86sw -c "$data/server.properties" "${credentials[@]}" \
      >"$data/format.out" 2>&1 || die "format failed: $(tail -3 "$data/format.out")"
  fi
  cd "$data"
  # Java itself, not a function around it: $! is then Java's pid, and stop ends the broker.
  java "${java_options[@]}" -cp "$jars/*" kafka.Kafka "$data/server.properties" \
    </dev/null >>"$data/broker.out" 2>&1 &
  echo $! >"$data/pid"
  for _ in $(seq 300); do
    running || die "the broker ended: $(tail -5 "$data/broker.out")"
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "127.0.0.1:$port"
      return
    fi
    sleep 0.2
  done
  die "not ready after a minute: $(tail -5 "$data/broker.out")"
}

stop() {
  running || return 0
  local pid
  pid=$(cat "$data/pid")
  kill "$pid"
  for _ in $(seq 200); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$pid"
}

command=${1-}
shift || true
jars='' data='' port='' sasl='' user='' tls=() settings=()
case "$command" in
  install) install_jars "${1?a directory}"; exit ;;
  start | stop) ;;
  *) sed -n '4,8s/^# *//p' "$0" >&2; exit 2 ;;
esac
while [ $# -gt 0 ]; do
  case "$1" in
    --jars) jars=$(cd "$2" && pwd) ;;
    --data) mkdir -p "$2"; data=$(cd "$2" && pwd) ;;
    --port) port=$2 ;;
    --sasl) sasl=$2 ;;
    --user) user=$2 ;;
    --tls) tls+=("$2") ;;
    --set) settings+=("$2") ;;
    *) die "unknown argument $1" ;;
  esac
  shift 2
done
"$command"
