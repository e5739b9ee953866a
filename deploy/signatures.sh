# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# ClamAV's signatures. Until freshclam has fetched the official ones, a file with the EICAR test signature alone
# stands in: enough to show and test that scanning works, no protection.

has_official_signatures() { compgen -G "$1/main.c[lv]d" >/dev/null && compgen -G "$1/daily.c[lv]d" >/dev/null; }

# prepare_signatures FOLDER
prepare_signatures() {
  own "$service_account" 755 "$1"
  if has_official_signatures "$1"; then
    rm -f "$1/lamppost-local.hdb"
  else
    printf '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n' >"$1/lamppost-local.hdb"
  fi
}

# Fetches or refreshes the official signatures. Bounded: without a network it must come to an end.
run_freshclam() {
  local configuration=$data/freshclam.conf
  printf '%s\n' "DatabaseDirectory $signatures" "DatabaseMirror database.clamav.net" "ConnectTimeout 20" \
    "ReceiveTimeout 600" "MaxAttempts 2" "DatabaseOwner $service_account" "TestDatabases no" >"$configuration"
  chmod 644 "$configuration"
  as "$service_account" timeout 3000 freshclam --config-file="$configuration" --stdout
}
