#!/usr/bin/env bash
# Builds the npm package in a folder of its own, .data/consent-registry-js, and tests or packs it. Packages that are
# installed among the sources would be searched with them.
#   run.sh test             ends with a line that counts:  TypeScript: 90 passed, 0 failed, 0 skipped
#   run.sh pack <folder>    writes the package to that folder, and says its name
#   run.sh generate         writes the types of docs/openapi.json to src
# What this machine cannot get is said and left out.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

readonly source=src/consent-registry-js work=.data/consent-registry-js repository=$PWD
readonly oldest_node=20 patience=150
export NO_COLOR=1

# What is left out is no success that nobody notices.
miss() {
  echo "!!! THE TYPESCRIPT CLIENT IS LEFT OUT: $1. !!!"
  if [[ $command == test ]]; then echo "TypeScript: 0 passed, 0 failed, 1 skipped"; fi
  exit 0
}

node_is_new_enough() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'process.exit(parseInt(process.versions.node) >= Number(process.argv[1]) ? 0 : 1)' "$oldest_node"
}

# A download that never ends is one that cannot be had.
within_patience() {
  if command -v timeout >/dev/null; then timeout "$patience" "$@"; else "$@"; fi
}

# Packages are got anew only where others are locked.
install() {
  local tried=node_modules/.installed-lock
  if [[ -f $tried ]] && cmp -s package-lock.json "$tried"; then return 0; fi
  within_patience npm ci --loglevel=error >npm.log 2>&1 && cp package-lock.json "$tried"
}

prepare() {
  mkdir -p "$work" && find "$work" -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} + &&
    (cd "$source" && tar -cf - --exclude=./node_modules --exclude=./dist --exclude=./build .) | tar -xf - -C "$work"
}

# The sum of some counts at the end of the tests' output.
count() {
  sed -n -E "s/^ℹ ($1) ([0-9]+)\$/\\2/p" tests.log | awk '{ sum += $1 } END { print sum + 0 }'
}

run_tests() {
  local status passed failed skipped
  npm test 2>&1 | tee tests.log
  status=${PIPESTATUS[0]}
  passed=$(count pass) failed=$(count 'fail|cancelled') skipped=$(count 'skipped|todo')
  # What does not compile, or has no tests, fails as well.
  if [[ $failed -eq 0 && ($status -ne 0 || $passed -eq 0) ]]; then failed=1; fi
  if [[ $skipped -gt 0 ]]; then
    echo "!!! $skipped tests of the TypeScript client were SKIPPED, for the reasons above. !!!"
  fi
  echo "TypeScript: $passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 ]]
}

command=${1:-}
case "$command $#" in
  'test 1' | 'generate 1') ;;
  'pack 2') target=$(mkdir -p "$2" && cd "$2" && pwd) || exit 1 ;;
  *)
    echo "Usage: run.sh test | pack <folder> | generate" >&2
    exit 2
    ;;
esac

node_is_new_enough || miss "Node $oldest_node or newer with npm is missing"
prepare || exit 1
cd "$work" || exit 1
if ! install; then
  tail -n 5 npm.log
  miss "its packages cannot be had from the package registry now"
fi
case $command in
  test) run_tests ;;
  generate) node scripts/generate.js "$repository/docs/openapi.json" "$repository/$source/src" ;;
  pack) npm run --silent build && npm pack --silent --pack-destination "$target" ;;
esac
