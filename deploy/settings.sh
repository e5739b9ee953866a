# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# What an instance remembers in $data/settings: its secrets, made at its first start, and its ports.

# What the caller's environment may set for the program; .env.example says what each means.
passed_on=(LAMPPOST_MAX_FILE_BYTES LAMPPOST_MAX_FILES LAMPPOST_SCAN_CONCURRENCY LAMPPOST_SIGNATURES_MAX_AGE_DAYS
  LAMPPOST_FRESHCLAM LAMPPOST_MAX_BODY LAMPPOST_REPORTS_PER_MINUTE LAMPPOST_SIGN_INS_PER_QUARTER_HOUR LAMPPOST_SCRATCH
  LAMPPOST_SMTP_URL LAMPPOST_MAIL_FROM
  MAP_ATTRIBUTION)

load_settings() {
  admin_password='' app_password='' worker_password='' redis_password='' secret='' monitoring_token=''
  http_port='' https_port='' app_port='' database_port='' redis_port=''
  # shellcheck source=/dev/null
  [[ ! -e $data/settings ]] || source "$data/settings"
}

# The ports that people see are what the environment says now; the inner ones stay what they were, unless somebody
# else has taken them meanwhile.
settle_ports() {
  http_port=${LAMPPOST_PORT:-8311}
  need_port "$http_port" LAMPPOST_PORT
  https_port=${LAMPPOST_HTTPS_PORT:-$((10#$http_port + 1))}
  need_port "$https_port" LAMPPOST_HTTPS_PORT
  settle_inner_port app_port "${LAMPPOST_APP_PORT:-}" LAMPPOST_APP_PORT
  settle_inner_port database_port "${LAMPPOST_DATABASE_PORT:-}" LAMPPOST_DATABASE_PORT
  settle_inner_port redis_port "${LAMPPOST_REDIS_PORT:-}" LAMPPOST_REDIS_PORT
}

# settle_inner_port NAME WISH VARIABLE
settle_inner_port() {
  local -n inner_port=$1
  if [[ -n $2 ]]; then
    need_port "$2" "$3"
    inner_port=$2
  elif [[ -z $inner_port ]] || port_is_taken "$inner_port"; then
    inner_port=$(free_port)
  fi
}

# make_secret NAME COMMAND…: only where there is none yet.
make_secret() {
  local -n existing=$1
  shift
  [[ -n $existing ]] || existing=$("$@")
}

settle_secrets() {
  local name
  for name in admin_password app_password worker_password redis_password monitoring_token; do
    make_secret "$name" openssl rand -hex 24
  done
  make_secret secret openssl rand -base64 48
}

# All or nothing: half a file would lock us out of our own database.
save_settings() {
  local name
  (
    umask 077
    for name in admin_password app_password worker_password redis_password secret monitoring_token \
      http_port https_port app_port database_port redis_port; do
      printf '%s=%q\n' "$name" "${!name//$'\n'/}"
    done >"$data/settings.new"
  )
  mv "$data/settings.new" "$data/settings"
}

# The program's environment, each line NAME=value. The parts of the service get only theirs (deploy/services.sh).
environment() {
  local name database=127.0.0.1:$database_port/lamppost
  printf '%s\n' "LAMPPOST_URL=http://localhost:$http_port" "LAMPPOST_HTTPS_URL=https://localhost:$https_port" \
    "LAMPPOST_INTERNAL_URL=http://127.0.0.1:$app_port" "LAMPPOST_LISTEN=127.0.0.1:$app_port" \
    "LAMPPOST_TRUSTED_PROXIES=127.0.0.1,::1" \
    "DATABASE_URL=postgresql://lamppost_app:$app_password@$database" \
    "DATABASE_WORKER_URL=postgresql://lamppost_worker:$worker_password@$database" \
    "DATABASE_ADMIN_URL=postgresql://postgres:$admin_password@$database" \
    "REDIS_URL=redis://default:$redis_password@127.0.0.1:$redis_port/0" \
    "LAMPPOST_UPLOADS=$data/uploads" "LAMPPOST_SIGNATURES=$data/signatures" "LAMPPOST_SECRET=$secret" \
    "LAMPPOST_INTAKE=$data/bin/lamppost-intake" "LAMPPOST_MIGRATIONS=$data/migrations" \
    "LAMPPOST_PUBLIC=$data/public" "LAMPPOST_MONITORING_TOKEN=$monitoring_token"
  # Everybody comes from this one machine: a limit by address would be one for all of them together.
  [[ -n ${LAMPPOST_REPORTS_PER_MINUTE:-} ]] || printf 'LAMPPOST_REPORTS_PER_MINUTE=0\n'
  # Nobody has a mail server at hand: mails are files to look at.
  [[ -n ${LAMPPOST_SMTP_URL:-} ]] || printf 'LAMPPOST_SMTP_URL=file://%s/mail\n' "$data"
  [[ -n ${LAMPPOST_MAIL_FROM:-} ]] || printf 'LAMPPOST_MAIL_FROM=lamppost@localhost\n'
  has_official_signatures "$data/signatures" || printf 'LAMPPOST_ALLOW_LOCAL_SIGNATURES=1\n'
  for name in "${passed_on[@]}"; do [[ -z ${!name:-} ]] || printf '%s=%s\n' "$name" "${!name}"; done
}

# export_only NAME…: of the environment, for the process that this shell is about to become.
export_only() {
  local line
  while IFS= read -r line; do
    case " $* " in *" ${line%%=*} "*) export "${line?}" ;; esac
  done < <(environment)
}
