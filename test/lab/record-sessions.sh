#!/usr/bin/env bash
# Records adapters/demo/recorded-week.json.gz anew, or into another file, in about three minutes:
#
#   record-sessions.sh [OUT]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$(realpath -m "${1:-$root/adapters/demo/recorded-week.json.gz}")
cd "$root"
npx tsc -p test/lab/tsconfig.json
SEKISHO_LAB_SCRIPTS=$here node .lab/test/lab/record-sessions.js "$out"
