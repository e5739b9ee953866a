# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# ./deploy.sh local, stop, status, env: from the outside of a local instance; deploy/supervise.sh is its inside.

instance_parts=(postgresql redis server worker caddy)

# Something of the instance lives, be it half started, or still ending.
is_alive() { [[ -e $data/run/alive ]] && ! flock -n "$data/run/alive" true; }

is_ready() { is_alive && [[ -e $data/run/ready ]]; }

is_gone() { ! is_alive; }

# One start or stop at a time for one data folder; held by descriptor 9 until this shell ends or lets go.
take_turn() {
  exec 9>"$data/run/turn"
  flock -n 9 || { say "Another deploy.sh is at work here; waiting for it …" && flock 9; }
}

run_local() {
  need_swift
  need_disk "$checkout" 2
  need_packages "${runtime_packages[@]}"
  choose_accounts
  choose_data_folder
  prepare_data_folder
  need_disk "$data" 2
  take_turn
  if is_ready; then
    say "Lamppost is running already."
  else
    start_instance
  fi
  print_addresses
  exec 9>&-
  [[ $1 == detached ]] || follow_logs
}

start_instance() {
  ! is_alive || stop_instance
  notice_memory
  load_settings
  settle_ports
  settle_secrets
  trap 'trap "" INT TERM HUP; stop_instance; exit 130' INT TERM HUP
  build_program
  save_settings
  supervise
  is_ready || die "Lamppost did not start; nothing of it is left running. The logs are in $data/log."
  trap - INT TERM HUP
}

# In a session of its own and with a clean environment. Shows what it says until everything has started.
supervise() {
  local name given=()
  for name in "${passed_on[@]}"; do [[ -z ${!name:-} ]] || given+=("$name=${!name}"); done
  cat < <(exec setsid env -i PATH="$PATH:/usr/sbin:/sbin" HOME="$data" LANG=C.UTF-8 "${given[@]}" \
    bash "$checkout/deploy/supervise.sh" "$data" 2>&1 </dev/null 9>&-)
}

# Asks the supervisor, which stops everything in order; waits until the last process is gone. Where the supervisor was
# killed, its services end by themselves; what has not done so after a minute is killed.
stop_instance() {
  local supervisor end=$((SECONDS + 60))
  supervisor=$(cat "$data/run/supervisor.pid" 2>/dev/null || true)
  if [[ -n $supervisor ]] && grep -qzF "$data" "/proc/$supervisor/cmdline" 2>/dev/null; then
    kill -TERM "$supervisor" 2>/dev/null || true
    while [[ -d /proc/$supervisor ]] && ! is_gone; do sleep 0.1; done
  fi
  until is_gone; do
    ((SECONDS < end)) || kill_holders
    sleep 0.1
  done
}

print_addresses() {
  load_settings
  printf '\n  http://localhost:%s\n      Everything works here, without a certificate warning.\n' "$http_port"
  printf '  https://localhost:%s\n      The same, with a certificate of this machine'\''s own making.\n\n' "$https_port"
  [[ ! -s $data/run/demo.out ]] || sed 's/^/  /' "$data/run/demo.out"
  [[ -n ${LAMPPOST_SMTP_URL:-} ]] || say "Mails are not sent but kept to look at: $data/mail."
  say "Data and logs: $data. Settings: ./deploy.sh env. Stop: ./deploy.sh stop."
  has_official_signatures "$data/signatures" ||
    warn "NO VIRUS PROTECTION YET: only the EICAR test signature is active until freshclam has fetched ClamAV's" \
      "official signatures (its log: $data/log/freshclam.log)."
}

follow_logs() {
  say "The logs follow; Ctrl-C stops everything."
  trap 'trap "" INT TERM HUP; say "Stopping …"; stop_instance; wait; exit 0' INT TERM HUP
  tail --quiet --lines=0 --follow=name --retry --pid="$(cat "$data/run/supervisor.pid")" \
    "$data/log/"{supervisor,server,worker,caddy,postgresql,redis}.log 2>/dev/null &
  wait "$!"
  say "Lamppost was stopped."
}

run_stop() {
  find_data_folder
  [[ -d $data/run ]] || { say "Nothing runs." && return; }
  [[ -w $data/run ]] || die "$data belongs to $(stat -c %U "$data"): run as that user."
  if is_gone; then
    say "Nothing runs."
  else
    # Not taking turns: a start that is under way ends by this too.
    stop_instance
    say "Stopped."
  fi
}

run_status() {
  local part process
  find_data_folder
  if ! is_ready; then
    if is_alive; then say "Lamppost is starting or stopping."; else say "Nothing runs."; fi
    exit 3
  fi
  for part in "${instance_parts[@]}"; do
    process=$(cat "$data/run/$part.pid" 2>/dev/null || true)
    printf '%-11s %s\n' "$part" "${process:-is about to start again}"
  done
}

run_env() {
  local line
  find_data_folder
  [[ ! -e $data/settings || -r $data/settings ]] || die "$data belongs to $(stat -c %U "$data"): run as that user."
  is_ready || die "nothing runs here: start it with ./deploy.sh local --detach."
  while IFS= read -r line; do
    printf 'export %s=%q\n' "${line%%=*}" "${line#*=}"
  done <"$data/run/environment"
  # shellcheck disable=SC2016 # the caller's shell expands it
  printf 'export PATH=%q:"$PATH"\n' "$data/bin"
}
