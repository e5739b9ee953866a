#!/usr/bin/env bash
# Installs the packages named, as root, without letting their daemons start. Called by need_packages.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/packages.sh
source "$here/packages.sh"

policy=/usr/sbin/policy-rc.d
mark='# deploy.sh: nothing starts while packages are installed'

# invoke-rc.d asks this file before it starts a service. One that is not ours (a container image's) stays as it is.
forbid_starting() {
  if [[ -e $policy ]] && ! grep -qF "$mark" "$policy"; then return; fi
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
}

# apt waits for dpkg's lock by itself, but not for the lock of the package lists.
update_lists() {
  local attempt
  for attempt in 1 2 3 4 5 6; do
    apt-get update -qq && return
    sleep $((attempt * 5))
  done
  echo "apt-get update failed; trying with the package lists as they are." >&2
}

# Not started now, and not at the next boot either.
disable_daemons() {
  local package
  command -v systemctl >/dev/null || return 0
  for package in "$@"; do
    case " ${packages_with_daemons[*]} " in
      *" $package "*) systemctl disable --quiet "${package/postgresql-15/postgresql}" 2>/dev/null || true ;;
    esac
  done
}

# Two calls at a time (local and test) would remove each other's policy file.
exec 9>/run/lamppost-packages.lock
flock 9
forbid_starting
export DEBIAN_FRONTEND=noninteractive
update_lists
apt-get install -qq --yes --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" 9>&-
disable_daemons "$@"
