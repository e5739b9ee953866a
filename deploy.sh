#!/usr/bin/env bash
# Lamppost's front door. Without arguments it says what it can do.
set -euo pipefail
checkout=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")" && pwd)
cd "$checkout"
source deploy/say.sh
source deploy/packages.sh
source deploy/machine.sh
source deploy/folder.sh
source deploy/postgresql.sh
source deploy/redis.sh
source deploy/signatures.sh
source deploy/settings.sh
source deploy/build.sh
source deploy/instance.sh
source deploy/test.sh

usage() {
  cat <<'END'
Usage: ./deploy.sh COMMAND

  local [--detach]  Build and run Lamppost on this machine with a demo township, at http://localhost:8311.
                    Without --detach it shows the logs and stops on Ctrl-C.
  stop              Stop it. The data stay; the next start goes on with them.
  status            Say which parts run.
  env               Print the settings of the running instance for eval "$(./deploy.sh env)".
  test              Run every test, on services of its own.

Settings, from the environment:
  LAMPPOST_PORT        8311  port of http://localhost
  LAMPPOST_HTTPS_PORT  8312  port of https://localhost (one above LAMPPOST_PORT unless set)
  LAMPPOST_DATA        var/local  folder of the database, the files and the logs
  LAMPPOST_BIN         folder of executables to run instead of building them
  LAMPPOST_FRESHCLAM   "off" leaves ClamAV's official signatures alone; only the EICAR test signature is found
What the program itself reads stands in .env.example.
END
}

case "${1:-}:${2:-}:$#" in
  local::1) run_local attached ;;
  local:--detach:2) run_local detached ;;
  stop::1) run_stop ;;
  status::1) run_status ;;
  env::1) run_env ;;
  test::1) run_tests ;;
  ::0 | -h::1 | --help::1 | help::1) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
