#!/usr/bin/env bash
# Tests the modules that verify the log in a browser, src/ConsentRegistry.Console/wwwroot/verify, in the folder
# .data/console-verifier.
#   run.sh test             ends with a line that counts:  Verifier: 90 passed, 0 failed, 0 skipped
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

readonly source=tests/ConsentRegistry.Console.Verifier work=.data/console-verifier repository=$PWD
readonly label=Verifier title="the verifier in JavaScript"
# shellcheck source=tests/npm.sh
source tests/npm.sh

command=${1:-}
if [[ "$command $#" != 'test 1' ]]; then
  echo "Usage: run.sh test" >&2
  exit 2
fi

enter
# The types of the library beside its files are for the compiler only.
cp -R "$repository/src/ConsentRegistry.Console/wwwroot/verify" verify &&
  cp node_modules/@noble/hashes/{sha2,_md,_u64,utils,hmac}.d.ts verify/vendor/noble-hashes/ || exit 1
run_tests
