# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# A private PostgreSQL in $data/postgresql: its socket in the data folder, its port on the loopback address only.

postgresql_programs=/usr/lib/postgresql/15/bin

# prepare_postgresql PASSWORD: initdb once. It works in a folder of another name, so that one that was cut off is
# never taken for a finished one.
prepare_postgresql() {
  local cluster=$data/postgresql/cluster
  own "$database_account" 700 "$data/postgresql"
  [[ -e $cluster/PG_VERSION ]] && return
  rm -rf "$cluster.new"
  (umask 077 && printf '%s\n' "$1" >"$data/postgresql/password")
  ((EUID != 0)) || chown "$database_account:" "$data/postgresql/password"
  (as "$database_account" "$postgresql_programs/initdb" --pgdata="$cluster.new" --pwfile="$data/postgresql/password" \
    --username=postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --data-checksums) \
    >"$data/log/initdb.log" 2>&1 || { last_lines "$data/log/initdb.log"; die "PostgreSQL's initdb failed."; }
  rm -f "$data/postgresql/password"
  mv "$cluster.new" "$cluster"
}

# configure_postgresql PORT [LINE…]: written anew at each start, since the port may have changed.
# Terse errors: the DETAIL of a refused row would put a person's address in the log.
configure_postgresql() {
  local port=$1
  shift
  {
    printf "%s\n" "data_directory = '$data/postgresql/cluster'" \
      "hba_file = '$data/postgresql/hba.conf'" "ident_file = '$data/postgresql/cluster/pg_ident.conf'" \
      "unix_socket_directories = '$data/postgresql'" \
      "listen_addresses = '127.0.0.1'" "port = $port" \
      "password_encryption = 'scram-sha-256'" \
      "log_error_verbosity = terse" "log_min_error_statement = panic" "log_line_prefix = '%m [%p] '" \
      "timezone = 'UTC'" "datestyle = 'iso, ymd'" "default_text_search_config = 'pg_catalog.simple'" "jit = off" "$@"
  } >"$data/postgresql/server.conf"
  printf '%s\n' 'local all all scram-sha-256' 'host all all 127.0.0.1/32 scram-sha-256' \
    'local replication all scram-sha-256' >"$data/postgresql/hba.conf"
  chmod 644 "$data/postgresql/"{server,hba}.conf
}

run_postgresql() {
  cd "$data/postgresql" || exit
  as "$database_account" "$postgresql_programs/postgres" --config-file="$data/postgresql/server.conf"
}

postgresql_answers() {
  "$postgresql_programs/pg_isready" --quiet --host=127.0.0.1 --port="$database_port"
}
