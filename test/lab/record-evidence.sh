#!/usr/bin/env bash
# Records test/vectors/evidence anew, or into another folder, in about two minutes:
#
#   record-evidence.sh [OUT]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/test/vectors/evidence}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$root"
npx tsc -p test/lab/tsconfig.json
SEKISHO_LAB_SCRIPTS=$here node .lab/test/lab/record-evidence.js "$out"
