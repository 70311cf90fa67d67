#!/usr/bin/env bash
# Builds the npm package in a folder of its own, .data/consent-registry-js, and tests or packs it.
#   run.sh test             ends with a line that counts:  TypeScript: 90 passed, 0 failed, 0 skipped
#   run.sh pack <folder> <version>
#                           writes the package to that folder, and says its name
#   run.sh generate         writes the types of docs/openapi.json to src
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

readonly source=src/consent-registry-js work=.data/consent-registry-js repository=$PWD
readonly label=TypeScript title="the TypeScript client"
# shellcheck source=tests/npm.sh
source tests/npm.sh

command=${1:-}
case "$command $#" in
  'test 1' | 'generate 1') ;;
  'pack 3') target=$(mkdir -p "$2" && cd "$2" && pwd) || exit 1 ;;
  *)
    echo "Usage: run.sh test | pack <folder> <version> | generate" >&2
    exit 2
    ;;
esac

enter
case $command in
  test) run_tests ;;
  generate) node scripts/generate.js "$repository/docs/openapi.json" "$repository/$source/src" ;;
  pack) npm pkg set version="$3" && npm run --silent build && npm pack --silent --pack-destination "$target" ;;
esac
