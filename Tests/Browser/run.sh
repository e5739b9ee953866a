#!/usr/bin/env bash
# Drives the pages in Chromium through Caddy: ./run.sh [WORD…] runs the tests whose file or sentence has one of the words.
# Called by ./deploy.sh test, which sets TEST_BIN, TEST_SCRATCH and TEST_PYTHON. Pictures go to var/screenshots/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PYTHONPATH=../Support
exec "${TEST_PYTHON:-python3}" -B -u main.py "$@"
