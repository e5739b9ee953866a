# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# How the scripts speak: progress, warnings, and the one sentence with which they give up.

say() { printf '%s\n' "$*"; }

warn() { printf 'deploy.sh: %s\n' "$*" >&2; }

die() {
  warn "$@"
  exit 1
}

# The last lines of a log, indented, for a person who has just read that something failed.
last_lines() {
  [[ -s $1 ]] || return 0
  printf 'The last lines of %s:\n' "$1" >&2
  tail -n 15 "$1" | sed 's/^/  /' >&2
}
