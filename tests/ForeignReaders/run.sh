#!/usr/bin/env bash
# Reads the signals of tests/ConsentRegistry.Domain.Tests/Signals/signals.expected.json with other tools, in the
# folder .data/foreign-readers: structured fields, robots.txt, XMP, JSON-LD, and Relax NG.
#   run.sh test             ends with a line that counts:  Readers: 9 passed, 0 failed, 0 skipped
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

readonly source=tests/ForeignReaders work=.data/foreign-readers repository=$PWD
readonly label=Readers title="reading signals with foreign tools"
# shellcheck source=tests/npm.sh
source tests/npm.sh

command=${1:-}
if [[ "$command $#" != 'test 1' ]]; then
  echo "Usage: run.sh test" >&2
  exit 2
fi

enter
cp "$repository/tests/ConsentRegistry.Domain.Tests/Signals/signals.expected.json" . || exit 1
run_tests
