#!/usr/bin/env bash
# Checks what strangers read. The OpenAPI document: two linters, a comparison with the last release's document, and four
# generated clients that are compiled and read recorded answers. The pages of the repository: their spelling.
#   check.sh [--skip]     --skip: what this machine cannot get is said and left out; otherwise it is a failure
# Each check is a line PASS, FAIL or SKIP; the last line counts them. Fails when a check fails. Leaves nothing outside
# .data/contract.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

readonly repository=$PWD document=$PWD/docs/openapi.json rules=$PWD/.spectral.yaml work=$PWD/.data/contract
readonly node_checks=(spectral redocly compatible openapi-typescript spelling) dotnet_checks=(nswag newtonsoft kiota)
readonly oldest_node=20.19 patience=150
export NO_COLOR=1 REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true KIOTA_OFFLINE_ENABLED=true KIOTA_TUTORIAL_ENABLED=false
export KIOTA_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

passed=0 failed=0 skipped=0 may_skip=false
case "$*" in
  '') ;;
  --skip) may_skip=true ;;
  *)
    echo "Usage: ./dev contract [--skip]" >&2
    exit 2
    ;;
esac

pass() {
  echo "PASS $1"
  passed=$((passed + 1))
}

fail() {
  echo "FAIL $1: $2"
  failed=$((failed + 1))
}

# Something that this machine does not have, and cannot get now.
miss() {
  if $may_skip; then
    echo "SKIP $1: $2"
    skipped=$((skipped + 1))
  else
    fail "$1" "$2"
  fi
}

miss_all() {
  local reason=$1 check
  shift
  for check in "$@"; do miss "$check" "$reason"; done
}

# Runs a check, and shows what it says where it fails.
check() {
  local name=$1
  shift
  if "$@" >"$work/$name.log" 2>&1; then
    pass "$name"
  else
    cat "$work/$name.log"
    fail "$name" "see above"
  fi
}

# A download that never ends is one that cannot be had.
within_patience() {
  if command -v timeout >/dev/null; then timeout "$patience" "$@"; else "$@"; fi
}

node_is_new_enough() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'const at = (v) => v.split(".").map(Number), [a, b] = [at(process.versions.node), at(process.argv[1])];
             process.exit(a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]) ? 0 : 1)' "$oldest_node"
}

typescript() {
  cd "$work/typescript" && node ../node_modules/openapi-typescript/bin/cli.js "$document" -o api.ts &&
    node ../node_modules/typescript/bin/tsc && node out/reads.js "$document"
}

generate() {
  local generated=$work/generated
  cd "$work" && rm -rf "$generated/nswag.cs" "$generated/newtonsoft.cs" "$generated/kiota" &&
    dotnet nswag openapi2csclient "/input:$document" "/output:$generated/nswag.cs" /classname:RegistryClient /namespace:Generated.ByNSwag \
      /JsonLibrary:SystemTextJson /JsonConverters:System.Text.Json.Serialization.JsonStringEnumConverter /GenerateNullableReferenceTypes:true /UseBaseUrl:false &&
    dotnet nswag openapi2csclient "/input:$document" "/output:$generated/newtonsoft.cs" /classname:RegistryClient /namespace:Generated.ByNSwagForNewtonsoft \
      /JsonLibrary:NewtonsoftJson /GenerateNullableReferenceTypes:true /UseBaseUrl:false &&
    dotnet kiota generate -l csharp -d "$document" -o "$generated/kiota" -n Generated.ByKiota -c RegistryClient --log-level Error &&
    dotnet build -c Release --nologo --no-restore -v quiet "$generated"
}

mkdir -p "$work" || exit 1
cp -R tests/Contract/. "$work" || exit 1

node_reason=''
if node_is_new_enough; then
  # Beside the other tools: most of it is waiting for the network.
  (cd "$work" && within_patience npm ci --loglevel=error >npm.log 2>&1) &
  npm=$!
else
  npm='' node_reason="Node $oldest_node or newer with npm is missing"
fi

if (cd "$work" && within_patience dotnet tool restore && within_patience dotnet restore generated) >"$work/dotnet.log" 2>&1; then
  if generate >"$work/generate.log" 2>&1; then
    for generator in "${dotnet_checks[@]}"; do
      check "$generator" dotnet "$work/generated/bin/Release/net10.0/generated.dll" "$generator" "$document"
    done
  else
    tail -n 40 "$work/generate.log"
    for generator in "${dotnet_checks[@]}"; do fail "$generator" "the document cannot be made a client, or the client does not compile: see above"; done
  fi
else
  tail -n 5 "$work/dotnet.log"
  miss_all "the generators or their packages cannot be had from the package registry now" "${dotnet_checks[@]}"
fi

if [[ -n $npm ]] && ! wait "$npm"; then
  tail -n 5 "$work/npm.log"
  node_reason="the tools cannot be had from the package registry now"
fi
if [[ -n $node_reason ]]; then
  miss_all "$node_reason" "${node_checks[@]}"
else
  check spectral node "$work/node_modules/@stoplight/spectral-cli/dist/index.js" lint --fail-severity=warn -r "$rules" "$document"
  check redocly node "$work/node_modules/@redocly/cli/bin/cli.js" lint --max-problems 20 "$document"
  check compatible node "$work/compatible.mjs" "$work/released.json" "$document"
  check openapi-typescript typescript
  check spelling node "$work/node_modules/cspell/bin.mjs" lint --config "$repository/.cspell.json" --root "$repository" \
    --no-progress --no-summary --show-context
fi

# Its npm package has no generator in it, but downloads one at run time from where no package registry is.
echo "!!! NOT TRIED: openapi-generator's targets for Java, Python and Go. Its program cannot be had from the package registries. !!!"
if [[ $skipped -gt 0 ]]; then
  echo "!!! $skipped of the contract's checks were SKIPPED, for the reasons above: the document is less well checked than usual. !!!"
fi
echo "Contract: $passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
