# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# How each service of a local instance runs, and how one sees that it does. Each gets only the settings it needs.

run_server() {
  export_only LAMPPOST_LISTEN LAMPPOST_URL LAMPPOST_TRUSTED_PROXIES LAMPPOST_UPLOADS LAMPPOST_SECRET DATABASE_URL \
    REDIS_URL LAMPPOST_PUBLIC LAMPPOST_MAIL_FROM LAMPPOST_MONITORING_TOKEN LAMPPOST_MAX_FILE_BYTES LAMPPOST_MAX_FILES LAMPPOST_REPORTS_PER_MINUTE \
    LAMPPOST_SIGN_INS_PER_QUARTER_HOUR MAP_ATTRIBUTION
  as "$service_account" "$data/bin/lamppost" serve
}

server_answers() { curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$app_port/healthz"; }

# Not the secret, nor Redis: the worker stands next to strangers' files.
worker_settings=(DATABASE_WORKER_URL LAMPPOST_UPLOADS LAMPPOST_INTAKE LAMPPOST_SCRATCH
  LAMPPOST_SIGNATURES LAMPPOST_ALLOW_LOCAL_SIGNATURES LAMPPOST_SIGNATURES_MAX_AGE_DAYS LAMPPOST_SCAN_CONCURRENCY
  LAMPPOST_MAX_FILE_BYTES LAMPPOST_MAX_FILES LAMPPOST_SMTP_URL LAMPPOST_MAIL_FROM LAMPPOST_URL LAMPPOST_PUBLIC)

run_worker() {
  export_only "${worker_settings[@]}"
  as "$service_account" "$data/bin/lamppost" work
}

run_caddy() {
  export LAMPPOST_SITES="http://:$http_port, https://localhost:$https_port, https://*.localhost:$https_port"
  export LAMPPOST_TLS=internal LAMPPOST_AUTO_HTTPS=disable_redirects LAMPPOST_UPSTREAM=127.0.0.1:$app_port
  export LAMPPOST_BIND=127.0.0.1
  [[ -z ${LAMPPOST_MAX_BODY:-} ]] || export LAMPPOST_MAX_BODY
  [[ ! -e /proc/net/if_inet6 ]] || LAMPPOST_BIND+=' ::1'
  # Its certificates and its authority's key stay in the data folder, and out of this machine's trust store.
  export HOME=$data/caddy XDG_DATA_HOME=$data/caddy XDG_CONFIG_HOME=$data/caddy
  as "$service_account" caddy run --adapter caddyfile --config "$data/caddy/Caddyfile"
}

caddy_answers() { curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$http_port/healthz"; }

run_migrations() {
  export_only DATABASE_ADMIN_URL DATABASE_URL DATABASE_WORKER_URL LAMPPOST_MIGRATIONS
  as "$service_account" "$data/bin/lamppost" migrate
}

run_demo() {
  export_only DATABASE_ADMIN_URL DATABASE_URL "${worker_settings[@]}"
  as "$service_account" "$data/bin/lamppost" demo
}

# The database itself: the URLs name it, so it must be there before the migrations connect.
create_database() {
  local connection=(--no-psqlrc --quiet --tuples-only --no-align --host=127.0.0.1 --port="$database_port"
    --username=postgres --dbname=postgres)
  export PGPASSWORD=$admin_password
  [[ $(psql "${connection[@]}" --command="SELECT 1 FROM pg_database WHERE datname = 'lamppost'") == 1 ]] ||
    psql "${connection[@]}" --command='CREATE DATABASE lamppost'
  unset PGPASSWORD
}
