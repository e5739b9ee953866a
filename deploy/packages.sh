# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# Which Debian packages are needed, and which of them are missing.

runtime_packages=(
  # What swift build links with
  binutils libc6-dev libstdc++-12-dev pkg-config
  libpq-dev libhiredis-dev libmicrohttpd-dev libargon2-dev libjwt-dev libssl-dev zlib1g-dev libqrencode-dev libcurl4-openssl-dev
  libclamav-dev libvips-dev libmagic-dev libqpdf-dev libseccomp-dev
  # What bundles the pages' scripts and styles (Client/build.sh)
  esbuild brotli libjs-leaflet libjs-chart.js
  # What runs beside the program
  postgresql-15 postgresql-15-postgis-3 redis-server clamav-freshclam caddy
  # What these scripts call
  ca-certificates curl iproute2 jq openssl
)
# What starts by itself when its package is installed. We run our own and want neither ports nor memory taken.
packages_with_daemons=(postgresql-15 redis-server clamav-freshclam caddy)
test_packages=(chromium clamav-testfiles fonts-dejavu-core fonts-noto-color-emoji libnss3-tools libvips-tools node-typescript python3-venv shellcheck wrk)

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

# Installs what is missing of the packages named; asks for sudo only when something is.
need_packages() {
  local missing as_root=()
  command -v dpkg-query >/dev/null || die "this needs Debian 12 (dpkg-query is not here)."
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "sudo is missing and so are these packages; as root run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${as_root[@]}" bash "$checkout/deploy/install-packages.sh" "${missing[@]}" </dev/null ||
    die "apt-get could not install all of: ${missing[*]}"
}
