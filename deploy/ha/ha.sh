#!/usr/bin/env bash
# Three PostgreSQL servers under Patroni with etcd, HAProxy, and three nodes of the registry, as processes of this
# machine. README.md says what is what; usage below lists the commands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly api=$PWD/src/ConsentRegistry.Api/bin/Release/net10.0/ConsentRegistry.Api.dll
readonly templates=$PWD/deploy/ha
readonly data=$(realpath -m "${CONSENT_HA_DATA:-.data/ha}")
readonly address=127.0.0.1
readonly base=${CONSENT_HA_PORT:-26000}
readonly servers=(1 2 3) nodes=(1 2 3)
# Whether Patroni has a synchronous standby confirm each commit. The soak turns it off to see that it finds losses.
readonly synchronous=${CONSENT_HA_SYNCHRONOUS:-true}
# Whether a node's beat waits for the standby. The soak turns it off to see that it finds stale answers.
readonly confirm_beats=${CONSENT_HA_CONFIRM_BEATS:-on}
# The size of each server's disk in MiB, which is memory then, and empty after down; only root can have that.
readonly disk=${CONSENT_HA_DISK:-}

# Seconds. Patroni wants loop_wait + 2 retry_timeout <= ttl. In production 30, 10 and 10 are usual.
readonly ttl=9 loop_wait=1 retry_timeout=3
# Longer than anything here takes to come up, or to mend.
readonly patience=180

# Before 3.0.3, Patroni takes the lock back from a server that was promoted, if it stood still meanwhile and speaks etcd's
# API of version 3. By that of version 2 it compares first. Later versions compare in either.
readonly first_that_compares=3.0.3

readonly etcd_port=$((base + 1)) etcd_peer=$((base + 2)) proxy_port=$((base + 10))
postgres_port() { echo $((base + 100 * $1 + 1)); }
rest_port() { echo $((base + 100 * $1 + 2)); }
etcd_link() { echo $((base + 100 * $1 + 3)); }
postgres_link() { echo $((base + 100 * $1 + 4)); }
rest_link() { echo $((base + 100 * $1 + 5)); }
node_port() { echo $((base + 20 + $1)); }

usage() {
  cat <<'TEXT'
up                  installs what is missing, starts everything that does not run, and waits until all nodes are ready
status              members, roles and lag as Patroni sees them, and each node's readiness
failover [switch]   kills the primary, or has Patroni switch it, and waits until every node acknowledges changes again
down                stops everything that was started
break KIND SERVER   causes a fault; mend KIND SERVER ends it. SERVER is 1, 2, 3, primary or standby. KIND is one of
                      killed           PostgreSQL is killed, and Patroni starts it again
                      paused           the server stands still: PostgreSQL, Patroni and its link
                      cut              the server reaches neither etcd nor other servers; nodes still reach it
                      patroni-paused   Patroni stands still, PostgreSQL goes on
                      patroni-killed   Patroni is killed, PostgreSQL goes on
                      lagging          a standby receives nothing
                      full             the server's disk is full, for which CONSENT_HA_DISK limits it to so many MiB
                      switchover       Patroni makes another server the primary
addresses           the lines that scripts need: URLs of nodes, connection string, TTL, data folder
CONSENT_HA_DATA (.data/ha) is the folder, CONSENT_HA_PORT (26000) the first of the ports, all on 127.0.0.1.
TEXT
}

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then setpriv --reuid postgres --regid postgres --init-groups "$@"; else "$@"; fi
}

install_missing() {
  local as_root=() policy=/usr/sbin/policy-rc.d
  if command -v patroni >/dev/null && command -v etcd >/dev/null && PATH=$PATH:/usr/sbin command -v haproxy >/dev/null; then
    return
  fi
  if [[ $(id -u) -ne 0 ]] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || [[ $(id -u) -ne 0 && ${#as_root[@]} -eq 0 ]]; then
    fail "Patroni, etcd or HAProxy is missing, and this user may not install it. On Debian and Ubuntu:" \
      "  sudo apt-get install patroni etcd-server etcd-client haproxy"
  fi
  echo "Patroni, etcd or HAProxy is missing." >&2
  # Debian's packages start services of their own unless this says no.
  local had_policy=true
  if [[ ! -e $policy ]]; then
    had_policy=false
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod +x "$policy"
  fi
  "${as_root[@]}" apt-get update -qq >&2 || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    patroni etcd-server etcd-client haproxy >&2
  if ! $had_policy; then "${as_root[@]}" rm -f "$policy"; fi
}

# The section of Patroni's configuration that names etcd: what version of etcd's API to speak.
etcd_api() {
  local version
  version=$(patroni --version | sed 's/^patroni //')
  if [[ $(printf '%s\n' "$first_that_compares" "$version" | sort -V | head -n 1) == "$first_that_compares" ]]; then
    echo etcd3
  else
    echo etcd
  fi
}

# The folder of PostgreSQL's programs: the newest version.
postgres_bin() {
  local folder found=
  for folder in ${CONSENT_POSTGRES_BIN:-/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/bin}; do
    if [[ -x $folder/pg_controldata && -x $folder/pg_rewind ]]; then found=$folder; fi
  done
  [[ -n $found ]] || fail "PostgreSQL's programs are missing: CONSENT_POSTGRES_BIN names their folder."
  echo "$found"
}

# When a process began: a number that another process with the same id would not have.
begun() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# The id of a program that was started here and runs; nothing otherwise.
pid_of() {
  local pid start
  read -r pid start 2>/dev/null <"$data/pids/$1" || return 1
  [[ $(begun "$pid") == "$start" ]] && [[ $(sed 's/^.*) //; s/ .*//' "/proc/$pid/stat" 2>/dev/null) != Z ]] && echo "$pid"
}

# Starts a program unless it runs: its name, then the command. It outlives this script.
start() {
  local name=$1 pid
  shift
  if pid_of "$name" >/dev/null; then return; fi
  setsid "$@" >>"$data/logs/$name.log" 2>&1 </dev/null &
  pid=$!
  # setsid becomes the program itself, and keeps the id.
  echo "$pid $(begun "$pid")" >"$data/pids/$name"
}

signal() {
  local pid
  if pid=$(pid_of "$2"); then kill "-$1" "$pid" 2>/dev/null || true; fi
}

# The processes of a server's PostgreSQL, the first of them its postmaster.
postgres_pids() {
  local postmaster
  postmaster=$(head -n 1 "$data/db$1/postgres/postmaster.pid" 2>/dev/null) || return 0
  [[ -r /proc/$postmaster/cmdline ]] && tr '\0' ' ' <"/proc/$postmaster/cmdline" | grep -q "$data/db$1/postgres" || return 0
  echo "$postmaster"
  pgrep -P "$postmaster" || true
}

# Waits for a command to succeed: what is waited for, then the command.
await() {
  local what=$1 until=$((SECONDS + patience))
  shift
  until "$@"; do
    if ((SECONDS >= until)); then fail "$what did not come within $patience s. See $data/logs."; fi
    sleep 0.2
  done
}

# Sends a request, and prints the status line and all that follows: method, port, path, body, further header.
request() {
  (
    exec 3<>"/dev/tcp/$address/$2" || exit 1
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s' \
      "$1" "$3" "$address" "${#4}" "${5:-}" "$4" >&3
    timeout 10 cat <&3
  ) 2>/dev/null
}

# The first line of an answer. All of it is read: whoever hangs up makes Patroni complain.
status_of() { request "$@" | sed -n '1p'; }

answers() { [[ $(status_of GET "$1" "$2" '') == *' 200 '* ]]; }

# The number of the server that holds Patroni's lock and is the primary.
primary() {
  local server
  for server in "${servers[@]}"; do
    if answers "$(rest_port "$server")" /primary; then echo "$server" && return; fi
  done
  return 1
}

# The number of the standby that confirms commits; of any standby where none does.
standby() {
  local server
  for server in "${servers[@]}"; do
    if answers "$(rest_port "$server")" "/$1"; then echo "$server" && return; fi
  done
  return 1
}

# Runs SQL on a server: its number, the database, the statement.
query() {
  timeout 10 "$(postgres_bin)/psql" -X -qAt -h "$address" -p "$(postgres_port "$1")" -U postgres -d "$2" -c "$3"
}

# Whether there is a primary that all others follow, and one of them confirms. A standby that Patroni calls running may
# be on a timeline that the primary does not know.
is_complete() {
  local server lead
  lead=$(primary) || return 1
  for server in "${servers[@]}"; do
    if [[ $server -ne $lead ]]; then answers "$(rest_port "$server")" /replica || return 1; fi
  done
  [[ $(query "$lead" postgres "SELECT count(DISTINCT application_name) FROM pg_stat_replication
    WHERE state = 'streaming' AND application_name ~ '^db[0-9]+$'" 2>/dev/null) == $((${#servers[@]} - 1)) ]] || return 1
  if [[ $synchronous == true ]]; then standby synchronous >/dev/null; fi
}

resolve() {
  case $1 in
    primary) primary || fail "There is no primary now." ;;
    standby) standby synchronous || standby replica || fail "There is no standby now." ;;
    [123]) echo "$1" ;;
    *) fail "A server is 1, 2, 3, primary or standby." ;;
  esac
}

# Fills in a template: file, then NAME=value for each name in it.
fill() {
  local text pair
  text=$(<"$templates/$1")
  shift
  for pair in "$@"; do text=${text//@${pair%%=*}@/${pair#*=}}; done
  printf '%s\n' "$text"
}

start_server() {
  local server=$1 folder=$data/db$1
  local ports=(ADDRESS=$address NETWORK=127.0.0.0/8 ETCD_PORT=$etcd_port "POSTGRES_PORT=$(postgres_port "$server")"
    "REST_PORT=$(rest_port "$server")" "ETCD_LINK=$(etcd_link "$server")" "POSTGRES_LINK=$(postgres_link "$server")"
    "REST_LINK=$(rest_link "$server")")
  mkdir -p "$folder"
  if [[ -n $disk ]] && ! mountpoint -q "$folder"; then mount -t tmpfs -o "size=${disk}m" "consent-db$server" "$folder"; fi
  fill link.cfg "${ports[@]}" >"$folder/link.cfg"
  fill patroni.yml "${ports[@]}" ETCD_API="$(etcd_api)" NAME="db$server" DATA="$folder" POSTGRES_BIN="$(postgres_bin)" TTL=$ttl \
    LOOP_WAIT=$loop_wait RETRY_TIMEOUT=$retry_timeout SYNCHRONOUS="$synchronous" >"$folder/patroni.yml"
  if [[ $(id -u) -eq 0 ]]; then chown postgres: "$folder"; fi
  start "link$server" haproxy -db -f "$folder/link.cfg"
  start "patroni$server" ${as_root[@]+"${as_root[@]}"} patroni "$folder/patroni.yml"
}

# Every server, so that none has to be named again when another becomes the primary.
connection_string() {
  local server hosts=
  for server in "${servers[@]}"; do hosts+=,$address:$(postgres_port "$server"); done
  echo "Host=${hosts#,};Target Session Attributes=primary;$login"
}
readonly login='Database=registry;Username=postgres;Timeout=5;Host Recheck Seconds=1'

start_node() {
  local node=$1 folder=$data/node$1 connection
  # One node through the proxy, the others with every server in the connection string.
  connection="Host=$address;Port=$proxy_port;$login"
  if [[ $node -ne 1 ]]; then connection=$(connection_string); fi
  mkdir -p "$folder"
  cp "$data/keys/development-token.key" "$folder" 2>/dev/null || true
  start "node$node" dotnet "$api" --environment=Development --urls="http://$address:$(node_port "$node")" \
    --ConnectionStrings:Registry="$connection" --CONSENT_DATA="$folder" --Log:KeyFile="$data/keys/log-keys.json" \
    --Identifiers:KeyFile="$data/keys/identifiers.key" --Integrity:KeyFile="$data/keys/integrity.key" \
    --DataProtection:KeyRing="$data/keys/key-ring" --Database:RequireSynchronous="$synchronous" --Replica:ConfirmBeats="$confirm_beats" \
    --RateLimits:ChangesPerSecond=1000000 --Serilog:MinimumLevel:Default=Warning
}

# A node that finds no primary when it starts ends, and is started again.
node_is_ready() {
  start_node "$1"
  answers "$(node_port "$1")" /health/ready
}

make_keys() {
  if [[ -d $data/keys ]]; then return; fi
  local making=$data/keys.new name
  rm -rf "$making"
  mkdir -p "$making/key-ring"
  chmod 700 "$making"
  dotnet "$api" new-keys >"$making/log-keys.json"
  for name in identifiers integrity; do od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$making/$name.key"; done
  chmod 600 "$making"/*.json "$making"/*.key
  mv "$making" "$data/keys"
}

make_database() {
  local lead
  lead=$(primary)
  [[ $(query "$lead" postgres "SELECT 1 FROM pg_database WHERE datname = 'registry'") == 1 ]] ||
    query "$lead" postgres 'CREATE DATABASE registry'
}

up() {
  local server node replace=() as_root=() etcd_flags=()
  [[ -f $api ]] || fail "The service is not built: dotnet build -c Release src/ConsentRegistry.Api"
  install_missing
  export PATH=$PATH:/usr/sbin
  mkdir -p "$data/pids" "$data/logs" "$data/etcd"
  if [[ $(id -u) -eq 0 ]]; then
    chmod 711 "$data"
    setpriv --reuid postgres --regid postgres --init-groups test -x "$data" ||
      fail "PostgreSQL's user cannot enter $data. CONSENT_HA_DATA names a folder that it can."
    as_root=(setpriv --reuid postgres --regid postgres --init-groups)
  fi
  make_keys
  if [[ $(etcd_api) == etcd ]]; then etcd_flags=(--enable-v2); fi
  start etcd etcd ${etcd_flags[@]+"${etcd_flags[@]}"} --name consent --data-dir "$data/etcd" --listen-client-urls "http://$address:$etcd_port" \
    --advertise-client-urls "http://$address:$etcd_port" --listen-peer-urls "http://$address:$etcd_peer" \
    --initial-advertise-peer-urls "http://$address:$etcd_peer" --initial-cluster "consent=http://$address:$etcd_peer"
  await etcd answers "$etcd_port" /health
  for server in "${servers[@]}"; do
    start_server "$server"
    replace+=("POSTGRES_$server=$(postgres_port "$server")" "REST_$server=$(rest_port "$server")")
  done
  fill haproxy.cfg ADDRESS=$address PROXY_PORT=$proxy_port "${replace[@]}" >"$data/haproxy.cfg"
  start haproxy haproxy -db -f "$data/haproxy.cfg"
  await "a primary with its standbys" is_complete
  make_database
  # The first migrates the database, and makes the key of tokens that all share.
  for node in "${nodes[@]}"; do
    await "node $node" node_is_ready "$node"
    cp -n "$data/node1/development-token.key" "$data/keys/"
  done
  addresses
}

addresses() {
  local node
  echo "DATA=$data"
  echo "TTL=$ttl"
  for node in "${nodes[@]}"; do echo "NODE=http://$address:$(node_port "$node")"; done
  echo "DATABASE=$(connection_string)"
}

status() {
  local node answer
  local server
  for server in "${servers[@]}"; do
    if pid_of "patroni$server" >/dev/null; then
      timeout 20 patronictl -c "$data/db$server/patroni.yml" list && break
    fi
  done || echo "Patroni does not answer."
  for node in "${nodes[@]}"; do
    if ! pid_of "node$node" >/dev/null; then
      answer="does not run"
    else
      answer=$(status_of GET "$(node_port "$node")" /health/ready '' | tr -d '\r')
    fi
    echo "node $node  http://$address:$(node_port "$node")  ${answer:-does not answer}"
  done
}

# Whether a node acknowledges a change.
changes() {
  local number=$RANDOM$RANDOM
  [[ $(status_of PUT "$(node_port "$1")" "/v1/creators/ha-probe/videos/v$number/consent/remix" '{"effect":"ask"}' \
    "Authorization: Bearer $token"$'\r\n') == *' 200 '* ]]
}

failover() {
  local node token started kind=killed lead
  if [[ ${1:-} == switch ]]; then kind=switchover; fi
  token=$(CONSENT_DATA=$data/node1 ASPNETCORE_ENVIRONMENT=Development dotnet "$api" token admin | tail -n 1)
  lead=$(resolve primary)
  started=$(date +%s%N)
  break_server $kind "$lead" >/dev/null
  for node in "${nodes[@]}"; do
    await "a change through node $node" changes "$node"
    awk -v node="$node" -v ns=$(($(date +%s%N) - started)) -v ttl=$ttl \
      'BEGIN { printf "node %d acknowledges changes after %.1f s, %.1f TTL\n", node, ns / 1e9, ns / 1e9 / ttl }'
  done
  await "a primary with its standbys" is_complete
  awk -v ns=$(($(date +%s%N) - started)) -v ttl=$ttl -v from="$lead" -v to="$(primary)" \
    'BEGIN { printf "from db%s to db%s; every server is back after %.1f s, %.1f TTL\n", from, to, ns / 1e9, ns / 1e9 / ttl }'
}

break_server() {
  local kind=$1 server pids
  server=$(resolve "$2")
  case $kind in
    killed)
      pids=$(postgres_pids "$server" | head -n 1)
      if [[ -n $pids ]]; then kill -KILL "$pids"; fi
      ;;
    paused)
      signal STOP "patroni$server"
      # shellcheck disable=SC2046
      kill -STOP $(postgres_pids "$server") 2>/dev/null || true
      signal STOP "link$server"
      ;;
    cut) signal STOP "link$server" ;;
    patroni-paused) signal STOP "patroni$server" ;;
    patroni-killed) signal KILL "patroni$server" ;;
    lagging)
      pids=$(postgres_pids "$server" | xargs -r -n 1 sh -c 'grep -lq "walreceiver" "/proc/$1/cmdline" && echo "$1"' - || true)
      if [[ -n $pids ]]; then kill -STOP "$pids"; fi
      ;;
    full)
      mountpoint -q "$data/db$server" || fail "CONSENT_HA_DISK does not limit the disk of db$server."
      cat /dev/zero 2>/dev/null >"$data/db$server/filler" || true
      # What is written next goes to new files: those that are there already have room.
      for _ in 1 2 3 4; do
        query "$server" registry "SELECT pg_logical_emit_message(false, 'consent', ''), pg_switch_wal()" >/dev/null 2>&1 ||
          true
      done
      ;;
    switchover)
      timeout 60 patronictl -c "$data/db$server/patroni.yml" switchover consent --master "db$server" --force \
        >>"$data/logs/switchover.log" 2>&1 || true
      ;;
    *) fail "There is no fault of the kind '$kind'." ;;
  esac
  echo "$server"
}

# Ends a fault of any kind: everything goes on, and what does not run is started.
mend_server() {
  local server as_root=()
  server=$(resolve "$2")
  if [[ $(id -u) -eq 0 ]]; then as_root=(setpriv --reuid postgres --regid postgres --init-groups); fi
  export PATH=$PATH:/usr/sbin
  rm -f "$data/db$server/filler"
  # shellcheck disable=SC2046
  kill -CONT $(postgres_pids "$server") 2>/dev/null || true
  signal CONT "link$server"
  signal CONT "patroni$server"
  start_server "$server"
}

down() {
  local name server until pids
  for server in "${servers[@]}"; do
    # shellcheck disable=SC2046
    kill -CONT $(postgres_pids "$server") 2>/dev/null || true
  done
  for name in node1 node2 node3 haproxy patroni1 patroni2 patroni3 link1 link2 link3 etcd; do
    signal CONT "$name"
  done
  # From the nodes to etcd, each group when the one before has ended. Patroni stops its PostgreSQL.
  for name in 'node1 node2 node3' haproxy 'patroni1 patroni2 patroni3' 'link1 link2 link3' etcd; do
    for one in $name; do signal TERM "$one"; done
    until=$((SECONDS + 20))
    for one in $name; do
      while pid_of "$one" >/dev/null && ((SECONDS < until)); do sleep 0.1; done
      signal KILL "$one"
      rm -f "$data/pids/$one"
    done
  done
  for server in "${servers[@]}"; do
    pids=$(postgres_pids "$server" | head -n 1)
    if [[ -n $pids ]]; then kill -QUIT "$pids" 2>/dev/null || true; fi
    if mountpoint -q "$data/db$server"; then
      await "the end of db$server" umount "$data/db$server" 2>/dev/null
    fi
  done
}

command=${1:-help}
if [[ $# -gt 0 ]]; then shift; fi
case $command in
  up) up ;;
  status) status ;;
  failover) failover "$@" ;;
  down) down ;;
  break) break_server "${1:-}" "${2:-primary}" ;;
  mend) mend_server "${1:-}" "${2:-}" ;;
  complete) is_complete ;;
  install) install_missing ;;
  addresses) addresses ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
