# SPDX-License-Identifier: Apache-2.0
# The steps of tests/run: each says what it did, and counts what passed and what failed.
# Sourced by it, from the root of the repository.

passed=0
failed=0

# phase NAME FUNCTION...: runs it and prints its time. A phase that fails without having counted a
# failure (nothing could be installed or built) counts as one.
phase() {
  local name=$1 start=$SECONDS before=$failed result=0
  shift
  echo "== $name"
  "$@" || result=$?
  [ "$result" = 0 ] || [ "$failed" != "$before" ] || failed=$((failed + 1))
  printf '== %s: %d s\n' "$name" "$((SECONDS - start))"
  return "$result"
}

finish() {
  printf '== all: %d s\n%d passed, %d failed\n' "$SECONDS" "$passed" "$failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

# quietly LOG COMMAND...: the output goes to a file and is shown only on failure.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null && return 0
  tail -n 60 "$log"
  echo "failed: $* (the whole output: $log)"
  return 1
}

# The venv is made anew when the list of packages changed.
install_venv() {
  local venv=build/venv stamp
  stamp=$(sha256sum <tests/requirements.txt)
  [ "$(cat $venv/.installed 2>/dev/null)" = "$stamp" ] && return 0
  rm -rf "$venv"
  quietly build/log/venv.log /usr/bin/python3 -m venv "$venv" &&
    quietly build/log/pip.log "$venv/bin/pip" install -q -r tests/requirements.txt &&
    echo "$stamp" >"$venv/.installed"
}

install_kafka() {
  quietly build/log/kafka.log tests/support/kafka_broker/kafka_broker.sh install build/kafka
}

# The reader of CEF that others wrote. Everything of Go stays in build/, and can be deleted.
install_cef_reader() {
  local sources=tests/support/cef_reader stamp
  stamp=$(cat $sources/* | sha256sum)
  [ "$(cat build/go/.installed 2>/dev/null)" = "$stamp" ] && return 0
  mkdir -p build/go
  GOPATH=$PWD/build/go GOCACHE=$PWD/build/go/cache GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    quietly build/log/cef_reader.log bash -c \
    'cd "$1" && go build -o "$2" .' - $sources "$PWD/build/go/cef_reader" &&
    echo "$stamp" >build/go/.installed
}

# Helm, which renders the chart. The newest that the distribution's Go builds.
install_helm() {
  [ -x build/go/bin/helm ] && return 0
  mkdir -p build/go
  GOPATH=$PWD/build/go GOCACHE=$PWD/build/go/cache GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    quietly build/log/helm.log go install helm.sh/helm/v3/cmd/helm@v3.12.3
}

install_syslog_ng() {
  quietly build/log/syslog-ng.log tests/support/syslog_ng/syslog_ng.sh install build/syslog-ng
}

# What judges the status page in a browser.
install_axe() {
  [ -e build/axe/node_modules/axe-core/axe.min.js ] && return 0
  quietly build/log/axe.log npm install --prefix build/axe --no-audit --no-fund axe-core@4.14.1
}

build_preset() {
  quietly "build/log/configure-$1.log" cmake --preset "$1" &&
    quietly "build/log/build-$1.log" cmake --build --preset "$1"
}

# A build that is itself a test.
build_as_test() {
  build_preset "$1" && passed=$((passed + 1))
}

# run_programs BUILD: every Catch2 program of it, from the root. Three at a time, those that wait for
# Kafka first: they take longest and compute least.
run_programs() {
  local program good=yes programs=()
  for program in "$1"/tests/kafka_* "$1"/tests/*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    [[ " ${programs[*]} " == *" $program "* ]] || programs+=("$program")
  done
  for program in "${programs[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge 3 ]; do wait -n; done
    run_program "$program" &
  done
  wait
  for program in "${programs[@]}"; do count_program "$program" || good=no; done
  [ "$good" = yes ]
}

log_of_program() { echo "build/log/$(basename "$(dirname "$(dirname "$1")")")-$(basename "$1").log"; }

run_program() {
  local log start=$SECONDS result=0
  log=$(log_of_program "$1")
  mkdir -p build/log
  timeout -k 10 600 "$1" >"$log" 2>&1 </dev/null || result=$?
  echo "$result $((SECONDS - start))" >"$log.result"
}

# Catch2 says how many test cases passed; a program that crashes, leaks or hangs may not get so far.
count_program() {
  local log result took summary good bad
  log=$(log_of_program "$1")
  read -r result took <"$log.result"
  summary=$(grep -E '^(All tests passed|test cases:)' "$log" | tail -n 1)
  good=$(grep -oE 'in [0-9]+ test cases?\)|[0-9]+ passed' <<<"$summary" | tr -dc 0-9)
  bad=$(grep -oE '[0-9]+ failed *(\||$)' <<<"$summary" | tr -dc 0-9)
  good=${good:-0} bad=${bad:-0}
  [ "$bad" != 0 ] || { [ "$result" = 0 ] && [ "$good" != 0 ]; } || bad=1
  passed=$((passed + good)) failed=$((failed + bad))
  printf '%s: %d passed, %d failed, %d s\n' "$1" "$good" "$bad" "$took"
  [ "$bad" = 0 ] && return 0
  tail -n 80 "$log"
  return 1
}

# run_simulation SEEDS: each block of a hundred seeds is one test. A seed that fails is printed with
# the command that repeats it. The breaks that prove the simulation must fit the code.
run_simulation() {
  local result=0 log=build/log/simulation.log summary
  mkdir -p build/log
  tests/simulation/mutations/mutate --check || failed=$((failed + 1)) result=1
  build/test/bin/simulate --seeds "0:$1" >"$log" 2>&1 </dev/null || result=1
  tail -n 60 "$log"
  summary=$(sed -n 's/.*: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1)
  [ -n "$summary" ] || summary='0 1'
  passed=$((passed + ${summary% *})) failed=$((failed + ${summary#* }))
  return "$result"
}

# run_fuzzers SECONDS [NAME...]: each fuzzer for that long, or all of them; each is one test. What
# they find anew is kept in build/fuzz/corpus, and an input that fails in build/fuzz/failures.
run_fuzzers() {
  local seconds=$1 name good=yes
  shift
  [ $# != 0 ] || set -- $(fuzzer_names)
  for name in "$@"; do run_fuzzer "$seconds" "$name" || good=no; done
  [ "$good" = yes ]
}

fuzzer_names() { (cd tests/fuzz && printf '%s\n' *_fuzzer.cc | sed 's/_fuzzer\.cc$//'); }

run_fuzzer() {
  local seconds=$1 name=$2 start=$SECONDS result=0 log=build/log/fuzz-$2.log runs
  mkdir -p build/log "build/fuzz/corpus/$name" build/fuzz/failures
  timeout -k 10 $((seconds + 120)) "build/fuzz/fuzz/${name}_fuzzer" -max_total_time="$seconds" \
    -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/failures/$name-" \
    "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 </dev/null || result=$?
  runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
  [ "$result" = 0 ] && [ "${runs:-0}" -gt 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
  printf 'fuzzer %s: %s inputs, %d s\n' "$name" "${runs:-failed after unknown}" \
    "$((SECONDS - start))"
  [ "$result" = 0 ] && [ "${runs:-0}" -gt 0 ] && return 0
  tail -n 40 "$log"
  return 1
}

# run_pytest NAME ARGUMENT...: a skipped test did not run and is not counted. NAME is the report's.
run_pytest() {
  local report=build/log/pytest-$1.xml result=0 counts
  shift
  rm -f "$report"
  build/venv/bin/python -m pytest -c tests/pytest.ini --rootdir=. --junit-xml="$report" "$@" \
    </dev/null || result=$?
  counts=$(build/venv/bin/python tests/support/junit_counts.py "$report") || return 1
  passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
  return "$result"
}
