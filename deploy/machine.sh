# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# What must be true of the machine before anything starts.

# Puts a Swift of at least 6.0 first in PATH. /usr/bin/swift may be another program (OpenStack's client).
need_swift() {
  local folder version
  for folder in "$(dirname "$(command -v swift || echo /)")" /opt/swift/usr/bin "$HOME/.local/share/swiftly/bin"; do
    [[ -x $folder/swift ]] || continue
    version=$("$folder/swift" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\..*/\1/p')
    ((${version:-0} >= 6)) || continue
    export PATH="$folder:$PATH"
    return
  done
  die "Swift 6 is missing: install it from https://www.swift.org/install/linux/debian/12/ and put swift in PATH" \
    "(looked there, in /opt/swift/usr/bin and in ~/.local/share/swiftly/bin)."
}

# need_disk FOLDER GIGABYTES
need_disk() {
  local free
  free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
  ((free >= $2 * 1024)) || die "only $free MB are free on the disk of $1, and $2 GB are needed: make room and try again."
}

notice_memory() {
  local free
  free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
  ((free >= 1500)) || warn "only $free MB of memory are free; building may be slow. Going on."
}

port_is_taken() { [[ -n $(ss -Hltn "sport = :$1") ]]; }

# need_port NUMBER VARIABLE: names the port, its holder if the kernel tells us, and what to change.
need_port() {
  local holder
  if [[ ! $1 =~ ^[0-9]{4,5}$ ]] || ((10#$1 < 1024 || 10#$1 > 65535)); then
    die "$2 must be a port from 1024 to 65535, not \"$1\"."
  fi
  port_is_taken "$1" || return 0
  holder=$(ss -Hltnp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (process \2)/p' | head -n 1)
  die "port $1 is in use$holder: stop that, or set $2 to another port."
}

# A free port below the range from which the kernel takes ports for outgoing connections.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 10000))
    port_is_taken "$port" || break
  done
  printf '%s\n' "$port"
}

# as ACCOUNT COMMAND…: replaces this shell by the command, run by that account if we are root. The command gets
# SIGTERM when its parent dies, whatever the cause: nothing outlives the process that looks after it.
as() {
  local account=$1 identity=()
  shift
  ((EUID == 0)) && identity=(--reuid="$account" --regid="$account" --init-groups)
  exec setpriv "${identity[@]}" --pdeathsig TERM -- "$@"
}

# wait_for NAME PROCESS SECONDS COMMAND…: until the command succeeds. Gives up, with the last lines of the log of that
# name, when the process has ended or the time is over.
wait_for() {
  local name=$1 process=$2 end=$((SECONDS + $3))
  shift 3
  until "$@"; do
    if ! kill -0 "$process" 2>/dev/null || ((SECONDS >= end)); then
      last_lines "$data/log/$name.log"
      die "$name did not start."
    fi
    sleep 0.1
  done
}
