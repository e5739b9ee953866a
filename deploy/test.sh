# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# ./deploy.sh test: every test, on services of its own in a folder that is gone afterwards.

passed=0 failed=0 database_process='' redis_process='' command_process=''

run_tests() {
  need_swift
  need_disk /var/tmp 2
  need_disk "$checkout" 3
  need_packages "${runtime_packages[@]}" "${test_packages[@]}"
  notice_memory
  choose_accounts
  data=$(mktemp -d /var/tmp/lamppost-test.XXXXXX)
  trap remove_test_services EXIT
  trap 'exit 130' INT TERM HUP
  chmod 711 "$data"
  mkdir -m 755 "$data/log"
  start_test_services
  check "the pages' scripts and styles bundle" Client/build.sh || true
  check "every message is said in every language" Client/locales/update.py --check || true
  check "the pages' scripts are sound TypeScript" check_typescript || true
  if check "the Swift sources build without a warning" build_tests; then test_swift; fi
  test_folders
  check "the shell scripts pass shellcheck" check_shell || true
  check "the Swift sources are formatted" swift format lint --strict --parallel --recursive Package.swift Sources Tests || true
  check "the Caddyfile is valid" check_caddyfile || true
  printf '%s passed, %s failed\n' "$passed" "$failed"
  ((failed == 0 && passed > 0))
}

start_test_services() {
  local password
  password=$(openssl rand -hex 16)
  database_port=$(free_port) redis_port=$(free_port)
  prepare_postgresql "$password"
  # What is thrown away need not survive a power cut.
  configure_postgresql "$database_port" "max_connections = 200" "shared_buffers = 256MB" "fsync = off" \
    "synchronous_commit = off" "full_page_writes = off"
  configure_redis "$redis_port"
  (run_postgresql) >"$data/log/postgresql.log" 2>&1 </dev/null &
  database_process=$!
  (run_redis) >"$data/log/redis.log" 2>&1 </dev/null &
  redis_process=$!
  wait_for postgresql "$database_process" 60 postgresql_answers
  wait_for redis "$redis_process" 60 redis_answers
  signatures=$data/signatures
  prepare_signatures "$signatures"
  export TEST_DATABASE_URL="postgresql://postgres:$password@127.0.0.1:$database_port/postgres"
  export TEST_REDIS_URL="redis://127.0.0.1:$redis_port" TEST_SIGNATURES=$signatures TEST_SCRATCH=$data
  local boston=$checkout/../shared/data/boston
  if [[ -d $boston ]]; then LAMPPOST_BOSTON=$(realpath "$boston") && export LAMPPOST_BOSTON; fi
}

remove_test_services() {
  trap '' INT TERM HUP
  local other
  # A suite that was cut off may have left an instance of its own.
  for other in "$data"/*/run; do
    [[ ! -e $other ]] || LAMPPOST_DATA=${other%/run} "$checkout/deploy.sh" stop || true
  done
  [[ -z $command_process ]] || kill -TERM "$command_process" 2>/dev/null || true
  kill_strays
  [[ -z $redis_process ]] || kill -TERM "$redis_process" 2>/dev/null || true
  [[ -z $database_process ]] || kill -INT "$database_process" 2>/dev/null || true
  wait
  rm -rf "$data"
}

# check NAME COMMAND…: silent when it succeeds, its output when it does not.
check() {
  local name=$1 log
  shift
  log=$data/log/check
  say "… $name"
  if "$@" >"$log" 2>&1 </dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    tail -n 200 "$log"
    say "✘ FAILED: $name"
    return 1
  fi
}

# swift test, when it is ended, leaves its tests running; and a test may leave what it started. All of them carry the
# name of our folder in their environment.
kill_strays() {
  local environment process
  while IFS= read -r environment; do
    process=${environment#/proc/}
    kill -KILL "${process%/environ}" 2>/dev/null || true
  done < <(grep -lzxF "TEST_SCRATCH=$data" /proc/[0-9]*/environ 2>/dev/null)
}

# until_ended COMMAND…: in the background, so that SIGTERM is heard at once; the command then ends with us.
until_ended() {
  (as "$(id -un)" "$@") </dev/null &
  command_process=$!
  wait "$command_process"
}

build_tests() {
  until_ended swift build --build-tests || return 1
  ! grep -E '(warning|error):' "$data/log/check"
}

# One library after the other: tests of all of them at once fight for two processors until their deadlines pass, and
# those that measure the memory of their process would measure their neighbours'.
# Counts come from the report, the verdict from the exit status too: a crash leaves no report.
test_swift() {
  local target report counts status
  for target in Tests/*Tests; do
    target=${target#Tests/}
    say "… $target"
    report=$data/$target.xml status=0
    # A test that hangs is a failure, not the end of all.
    until_ended timeout --kill-after=5 600 swift test --skip-build --disable-xctest --filter "^$target\\." \
      --xunit-output "$report" || status=$?
    kill_strays
    counts=$(cat "$data/$target"*.xml 2>/dev/null | count_reported)
    count "$target" "$status" "${counts:-0 0}"
  done
}

# A test may have failed in several places and is still one.
count_reported() {
  awk '/<testcase/ { all++; whole = 1 } /<(failure|error)[ >]/ { bad += whole; whole = 0 } END { print all - bad, bad + 0 }'
}

# Every other suite is a folder of Tests with a script that exits 0 if all is well, and whose last line may say
# "N passed, N failed". TEST_BIN is where the debug executables are, TEST_PYTHON has Tests/requirements.txt installed.
test_folders() {
  local script status counts output printer
  TEST_BIN=$(swift build --show-bin-path) && export TEST_BIN
  for script in Tests/*/run.sh; do
    [[ -x $script ]] || continue
    [[ -n ${TEST_PYTHON:-} ]] || check "the Python packages of the tests install" prepare_python || true
    say "… $script"
    status=0
    exec {output}> >(exec tee "$data/log/suite")
    printer=$!
    until_ended "$script" >&"$output" 2>&1 {output}>&- || status=$?
    exec {output}>&-
    wait "$printer"
    counts=$(tail -n 1 "$data/log/suite" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p')
    count "$script" "$status" "${counts:-$((status == 0)) 0}"
  done
}

# count NAME STATUS "PASSED FAILED": a failing status with no counted failure is one failure, and so is no test at all.
count() {
  local good bad
  read -r good bad <<<"$3"
  if (($2 != 0 && bad == 0)) || ((good + bad == 0)); then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
  ((bad == 0)) || say "✘ FAILED: $1 ($bad, exit status $2)"
}

# Kept in var/venv from run to run, made anew when the list of packages changes.
prepare_python() {
  local folder=$checkout/var/venv list=Tests/requirements.txt
  export TEST_PYTHON=$folder/bin/python
  [[ -e $list ]] || { TEST_PYTHON=$(command -v python3); return; }
  cmp -s "$list" "$folder/installed.txt" && return
  rm -rf "$folder"
  python3 -m venv "$folder" &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$list" &&
    cp "$list" "$folder/installed.txt"
}

check_shell() {
  local scripts=(deploy.sh deploy/*.sh Client/*.sh .ci/run) script
  for script in Tests/*/*.sh; do [[ ! -e $script ]] || scripts+=("$script"); done
  shellcheck --external-sources "${scripts[@]}"
}

check_typescript() { tsc --project Client && tsc --project Client/worker; }

check_caddyfile() {
  LAMPPOST_SITES=http://:8311 LAMPPOST_TLS=internal LAMPPOST_UPSTREAM=127.0.0.1:1 HOME=$data \
    caddy validate --adapter caddyfile --config Caddyfile
}
