#!/usr/bin/env bash
# Holds the running program against its own description: schemathesis makes calls from openapi.json, good ones and bad
# ones, as nobody, as an agent, and as an operator what an agent may not. Run by ./deploy.sh test, which sets TEST_DATABASE_URL, TEST_REDIS_URL,
# TEST_SIGNATURES, TEST_BIN and TEST_PYTHON.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${TEST_DATABASE_URL:?run ./deploy.sh test}" "${TEST_REDIS_URL:?run ./deploy.sh test}"
: "${TEST_SIGNATURES:?run ./deploy.sh test}" "${TEST_BIN:?run ./deploy.sh test}" "${TEST_PYTHON:?run ./deploy.sh test}"
checkout=$here/../..
database=lamppost_contract_$$
work=$(mktemp -d "${TEST_SCRATCH:-/var/tmp}/contract.XXXXXX")
# The scanner works below it as nobody.
chmod 711 "$work"
server='' worker='' runner='' passed=0 failed=0
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

clean_up() {
  trap '' INT TERM HUP
  [[ -z $runner ]] || kill -TERM "$runner" 2>/dev/null || true
  [[ -z $server ]] || kill -TERM "$server" 2>/dev/null || true
  [[ -z $worker ]] || kill -TERM "$worker" 2>/dev/null || true
  wait
  psql --quiet "$TEST_DATABASE_URL" --command "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
  rm -rf "$work"
}

# The test server's URL for a role and our database.
url_of() {
  local rest=${TEST_DATABASE_URL#*://}
  local host=${rest#*@}
  printf 'postgresql://%s@%s/%s' "${1:-${rest%%@*}}" "${host%%/*}" "$database"
}

start_services() {
  psql --quiet "$TEST_DATABASE_URL" --command "CREATE DATABASE $database"
  DATABASE_ADMIN_URL=$(url_of '')
  DATABASE_URL=$(url_of lamppost_app:app-test)
  DATABASE_WORKER_URL=$(url_of lamppost_worker:worker-test)
  LAMPPOST_SECRET=$(openssl rand -base64 48)
  port=$("$TEST_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export DATABASE_ADMIN_URL DATABASE_URL DATABASE_WORKER_URL LAMPPOST_SECRET
  export REDIS_URL=$TEST_REDIS_URL LAMPPOST_LISTEN=127.0.0.1:$port LAMPPOST_MIGRATIONS=$checkout/Migrations
  export LAMPPOST_PUBLIC=$checkout/Public LAMPPOST_UPLOADS=$work/uploads \
    LAMPPOST_SIGNATURES=$TEST_SIGNATURES LAMPPOST_ALLOW_LOCAL_SIGNATURES=1
  # What is tested is the form of calls, not their number.
  export LAMPPOST_REPORTS_PER_MINUTE=0 LAMPPOST_SIGN_INS_PER_QUARTER_HOUR=1000000 LAMPPOST_SCAN_CONCURRENCY=1
  # Mails are written to a folder; links in them begin with our address.
  export LAMPPOST_MAIL_FROM=town@example.test LAMPPOST_SMTP_URL=file://$work/mail LAMPPOST_URL=http://localhost:$port
  mkdir -p "$work/uploads" "$work/mail"
  "$TEST_BIN/lamppost" migrate >"$work/migrate.log"
  "$TEST_BIN/lamppost" tenant create boston --name Boston
  psql --quiet "$DATABASE_ADMIN_URL" --set ON_ERROR_STOP=1 --file "$here/township.sql"
  LAMPPOST_PASSWORD=contract-password \
    "$TEST_BIN/lamppost" user create agent@example.test --role agent --department roads
  LAMPPOST_PASSWORD=contract-password \
    "$TEST_BIN/lamppost" user create administrator@example.test --role administrator
  # Far from the numbers that calls make up: who calls must not be whom they demote.
  psql --quiet "$DATABASE_ADMIN_URL" --command "SELECT setval(pg_get_serial_sequence('people', 'id'), 311000000)" >"$work/sequence.log"
  LAMPPOST_PASSWORD=contract-password \
    "$TEST_BIN/lamppost" user create operator@example.test --role operator
  "$TEST_BIN/lamppost" serve >"$work/serve.log" 2>&1 </dev/null &
  server=$!
  "$TEST_BIN/lamppost" work >"$work/work.log" 2>&1 </dev/null &
  worker=$!
  # By name: what answers to an address alone can have no other township beside it.
  base=http://localhost:$port
}

# schemathesis NAME ARGUMENT…: one run; its results by operation come from the JUnit report.
schemathesis() {
  local name=$1 status=0 counts good bad
  shift
  (
    cd "$work"
    export SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
    exec "$TEST_PYTHON" -m schemathesis.cli --config-file "$work/schemathesis.toml" run "$base/api/v1/openapi.json" \
      --exclude-path-regex '/stream$' --no-color --report junit --report-junit-path "$work/$name.xml" "$@"
  ) &
  # Waited for, so that a signal is heard at once.
  runner=$!
  wait "$runner" || status=$?
  runner=''
  counts=$("$TEST_PYTHON" "$here/counts.py" "$work/$name.xml") || counts='0 1'
  read -r good bad <<<"$counts"
  if ((status != 0 && bad == 0)); then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
}

# sign_in NAME: an access token of one of the accounts.
sign_in() {
  curl --silent --show-error --fail "$base/api/v1/token" --data-urlencode grant_type=password \
    --data-urlencode "username=$1@example.test" --data-urlencode password=contract-password |
    "$TEST_PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

start_services
"$TEST_PYTHON" "$here/arrange.py" "$base" "$work" || { cat "$work/serve.log" "$work/work.log" && exit 1; }
schemathesis anonymous
# Three calls would end the agent's own account or tokens, and every call after them would be refused: arrange.py makes
# them as somebody else.
schemathesis agent --header "Authorization: Bearer $(sign_in agent)" \
  --exclude-operation-id deleteMe --exclude-operation-id changePassword --exclude-operation-id endMyOtherSessions
# What may close the door behind the one who calls comes last: an operator who needs a second factor has none.
last=(--include-operation-id changeSettings --include-operation-id importConfiguration)
rest=()
while read -r operation; do
  case " ${last[*]} " in *" $operation "*) ;; *) rest+=(--include-operation-id "$operation") ;; esac
done < <("$TEST_PYTHON" "$here/forbidden.py" "$base")
if ((${#rest[@]} == 0)); then
  echo "nothing is left for operators: the run as an agent has gone wrong"
  failed=$((failed + 1))
else
  # Tokens last a quarter of an hour: whoever comes later signs in then.
  schemathesis operator --header "Authorization: Bearer $(sign_in operator)" "${rest[@]}"
  schemathesis settings --header "Authorization: Bearer $(sign_in operator)" "${last[@]}"
fi
unreached=$("$TEST_PYTHON" "$here/unreached.py" "$base")
if [[ -n $unreached ]]; then
  printf 'never answered well, so not tested: %s\n' "$unreached"
  failed=$((failed + 1))
fi
for process in "$server" "$worker"; do
  kill -0 "$process" || { echo "a process of Lamppost has ended" && failed=$((failed + 1)); }
done
# The answer to a fault says nothing of it; the log does.
if grep -h '"event":"request_failed"' "$work/serve.log"; then failed=$((failed + 1)); fi
printf '%s passed, %s failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
