# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# Where the data lies and which accounts may touch it.

service_account=$(id -un)
database_account=$service_account

# As root: PostgreSQL refuses to run, and what reads strangers' files should not. As anyone else: all is ours.
choose_accounts() {
  ((EUID == 0)) || return 0
  database_account=postgres
  service_account=lamppost
  id -u lamppost >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin lamppost
}

# own ACCOUNT MODE FOLDER…: makes the folders, or makes those that exist so.
own() {
  local account=$1 mode=$2
  shift 2
  mkdir -p "$@"
  ((EUID != 0)) || chown "$account:" "$@"
  chmod "$mode" "$@"
}

reachable() (
  ((EUID == 0)) || exit 0
  as "$database_account" test -x "$1"
)

# Sets data: LAMPPOST_DATA, or what var/local of the checkout is.
find_data_folder() { data=$(realpath -m "${LAMPPOST_DATA:-$checkout/var/local}"); }

# The first time, var/local becomes a folder, or a link to one outside where the postgres account cannot reach the
# checkout (a clone under /root) or its path is too long for a socket (107 bytes).
choose_data_folder() {
  local link=$checkout/var/local name
  find_data_folder
  if [[ -n ${LAMPPOST_DATA:-} || -d $link || -L $link ]]; then return; fi
  if reachable "$checkout" && ((${#link} < 80)); then return; fi
  name=$(printf '%s' "$checkout" | sha256sum | cut -c 1-12)
  if ((EUID == 0)); then data=/var/lib/lamppost/$name; else data=/var/tmp/lamppost-$EUID-$name; fi
  mkdir -p "$checkout/var"
  ln -s "$data" "$link"
}

# Kills whatever still holds the instance's lock, which every process of it has inherited as descriptor 8.
kill_holders() {
  local descriptor process
  for descriptor in /proc/[0-9]*/fd/8; do
    [[ $descriptor -ef $data/run/alive ]] || continue
    process=${descriptor#/proc/}
    process=${process%%/*}
    ((process == $$)) || kill -KILL "$process" 2>/dev/null || true
  done
}

# Others may pass through to what is theirs, not list. A folder that somebody else put there first is refused.
prepare_data_folder() {
  (umask 022 && mkdir -p "$data")
  [[ -O $data && -w $data ]] || die "$data belongs to $(stat -c %U "$data"): run as that user, or set LAMPPOST_DATA."
  reachable "$data" || die "the account $database_account cannot reach $data: set LAMPPOST_DATA to another folder."
  chmod 711 "$data"
  (umask 077 && mkdir -p "$data/run" "$data/log")
}
