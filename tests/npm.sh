# What the tests of npm packages share. A script sets these, then sources this file:
#   source         the folder with package.json and package-lock.json
#   work           the folder under .data that the package is built in: packages that are installed among the sources
#                  would be searched with them
#   label          begins the line of counts:  TypeScript: 90 passed, 0 failed, 0 skipped
#   title          what is tested, in words
# What this machine cannot get is said and left out.

readonly oldest_node=20 patience=150
export NO_COLOR=1

# What is left out is no success that nobody notices.
miss() {
  echo "!!! $(tr '[:lower:]' '[:upper:]' <<<"$title") IS LEFT OUT: $1. !!!"
  if [[ $command == test ]]; then echo "$label: 0 passed, 0 failed, 1 skipped"; fi
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

# Enters the work folder with the sources and the packages in it.
enter() {
  node_is_new_enough || miss "Node $oldest_node or newer with npm is missing"
  prepare || exit 1
  cd "$work" || exit 1
  if ! install; then
    tail -n 5 npm.log
    miss "its packages cannot be had from the package registry now"
  fi
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
    echo "!!! $skipped tests of $title were SKIPPED, for the reasons above. !!!"
  fi
  echo "$label: $passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 ]]
}
