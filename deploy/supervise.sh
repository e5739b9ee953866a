#!/usr/bin/env bash
# Looks after one local instance: supervise.sh DATA-FOLDER, started by ./deploy.sh local in a session of its own.
# Starts the services in order, starts again what dies, and stops them in the opposite order on SIGTERM. While it or
# any of its services lives, $data/run/alive is locked; $data/run/ready exists while everything has started.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$checkout"
source deploy/say.sh
source deploy/machine.sh
source deploy/folder.sh
source deploy/postgresql.sh
source deploy/redis.sh
source deploy/signatures.sh
source deploy/settings.sh
source deploy/services.sh

declare -A process_of=() started_at=() due_at=() failures=()

# launch NAME: run_NAME in the background, its output in a log.
launch() {
  local name=$1
  ("run_$name") >>"$data/log/$name.log" 2>&1 </dev/null &
  process_of[$name]=$! started_at[$name]=$SECONDS failures[$name]=${failures[$name]:-0}
  printf '%s\n' "$!" >"$data/run/$name.pid"
}

# Starts NAME again: at once the first two times, then after a pause that grows to 5 s. Half a minute of good work
# and all is forgotten. Who ended in good order was asked to, and callers are waiting for it to come back: no pause.
launch_later() {
  local name=$1 lived=$((SECONDS - started_at[$1])) pauses=(0 0 1 2 3 5) pause=0
  ((lived < 30)) || failures[$name]=0
  if (($2 != 0 || lived < 2)); then
    pause=${pauses[failures[$name] < 5 ? failures[$name] : 5]}
    failures[$name]=$((failures[$name] + 1))
  fi
  due_at[$name]=$((SECONDS + pause))
  printf '%s %s ended with status %s and starts again in %s s.\n' "$(date -Is)" "$name" "$2" "$pause"
}

# Runs a step of the start to its end. In the background, so that SIGTERM is heard meanwhile. What it prints is kept
# for print_addresses.
step() {
  local name=$1
  ("run_$name") >"$data/run/$name.out" 2>"$data/log/$name.log" </dev/null &
  wait "$!" || { last_lines "$data/log/$name.log"; die "$2"; }
}

boot() {
  local log
  for log in "$data"/log/*.log; do [[ ! -e $log || $log == */build.log ]] || mv "$log" "$log.old"; done
  prepare_postgresql "$admin_password"
  configure_postgresql "$database_port" "max_connections = 120" "shared_buffers = 256MB"
  configure_redis "$redis_port" "$redis_password"
  prepare_signatures "$signatures"
  (umask 077 && environment >"$data/run/environment")
  own "$service_account" 700 "$data/uploads" "$data/uploads/quarantine" "$data/uploads/store" "$data/caddy" "$data/mail"
  install -m 644 Caddyfile "$data/caddy/Caddyfile"
  say "Starting PostgreSQL and Redis …"
  launch postgresql
  launch redis
  wait_for postgresql "${process_of[postgresql]}" 120 postgresql_answers
  wait_for redis "${process_of[redis]}" 30 redis_answers
  create_database
  step migrations "the migrations failed."
  say "Starting the server and the worker …"
  launch server
  launch worker
  wait_for server "${process_of[server]}" 60 server_answers
  say "Loading the demo township …"
  step demo "the demo township did not load."
  kill -0 "${process_of[worker]}" 2>/dev/null || { last_lines "$data/log/worker.log"; die "the worker did not start."; }
  launch caddy
  wait_for caddy "${process_of[caddy]}" 60 caddy_answers
}

# Looks four times a second. (bash's wait -n would be woken instead, but misses children that die at the same time.)
look_after() {
  local name status never
  # A pipe that nobody writes to: reading from it is a pause that needs no process.
  exec {never}<> <(:)
  while true; do
    for name in "${!process_of[@]}"; do
      if [[ -z ${process_of[$name]} ]]; then
        ((SECONDS < due_at[$name])) || launch "$name"
      elif ! kill -0 "${process_of[$name]}" 2>/dev/null; then
        status=0
        wait "${process_of[$name]}" || status=$?
        process_of[$name]=''
        rm -f "$data/run/$name.pid"
        if [[ $name == freshclam ]]; then after_freshclam "$status"; else launch_later "$name" "$status"; fi
      fi
    done
    read -rt 0.25 -u "$never" || true
  done
}

# Fetches again in four hours, or one if it failed. Once the official signatures are there, the worker starts again
# without leave to use the test signature alone.
after_freshclam() {
  due_at[freshclam]=$((SECONDS + ($1 == 0 ? 14400 : 3600)))
  if has_official_signatures "$signatures" && [[ -e $signatures/lamppost-local.hdb ]]; then
    prepare_signatures "$signatures"
    [[ -z ${process_of[worker]} ]] || kill -TERM "${process_of[worker]}" 2>/dev/null || true
  fi
}

# end NAME SIGNAL SECONDS: asks, waits, and then insists.
end() {
  local process=${process_of[$1]:-} deadline=$((SECONDS + $3))
  [[ -n $process ]] || return 0
  kill "-$2" "$process" 2>/dev/null || return 0
  while kill -0 "$process" 2>/dev/null; do
    if ((SECONDS >= deadline)); then kill -QUIT "$process" && sleep 1 && kill -KILL "$process"; fi 2>/dev/null
    sleep 0.05
  done
}

# Caddy first, so that nothing new comes in; PostgreSQL last, since all others write to it.
stop_services() {
  trap '' INT TERM HUP PIPE
  set +e
  rm -f "$data/run/ready"
  end freshclam TERM 5
  end caddy TERM 15
  end server TERM 40
  end worker TERM 40
  end redis TERM 10
  end postgresql INT 60
  # What is left is a step of a start that was cut off, or what a service that died has left behind.
  kill_holders
  wait
  rm -f "$data"/run/*.pid
}

main() {
  data=$1 signatures=$1/signatures
  exec 8>"$data/run/alive"
  # Who asks whether we are alive holds the lock for an instant.
  flock -w 10 8 || die "another instance is alive in $data."
  rm -f "$data/run/ready" "$data"/run/*.pid
  printf '%s\n' "$$" >"$data/run/supervisor.pid"
  choose_accounts
  load_settings
  trap stop_services EXIT
  trap 'exit 0' INT TERM HUP
  trap : PIPE
  boot
  [[ ${LAMPPOST_FRESHCLAM:-} == off ]] || launch freshclam
  : >"$data/run/ready"
  # The caller reads until we close our output.
  exec >>"$data/log/supervisor.log" 2>&1
  look_after
}
main "$@"
