#!/bin/bash
# Loads the dump into a database of its own, which nobody else can reach, and looks whether anything came of it.
set -euo pipefail
umask 077
data=/tmp/check
socket=/tmp/check.sock
client=(mariadb --no-defaults --socket="$socket")

mkdir -p "$data"
mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --auth-root-authentication-method=normal > /tmp/check.log 2>&1 ||
  { cat /tmp/check.log >&2; exit 1; }
mariadbd --no-defaults --datadir="$data" --socket="$socket" --pid-file=/tmp/check.pid \
  --skip-networking --skip-grant-tables --innodb-buffer-pool-size=64M > /tmp/check.log 2>&1 &
server=$!
for _ in $(seq 60); do
  if "${client[@]}" --execute "SELECT 1" > /dev/null 2>&1; then break; fi
  kill -0 "$server" 2> /dev/null || { cat /tmp/check.log >&2; exit 1; }
  sleep 1
done

# mariadb-dump's last line says that it came to its end.
if [[ "$(gunzip --stdout /tmp/backup/database.sql.gz | tail --lines 1)" != "-- Dump completed"* ]]; then
  echo "the dump breaks off" >&2
  exit 1
fi
"${client[@]}" --execute "CREATE DATABASE restored CHARACTER SET utf8mb4"
gunzip --stdout /tmp/backup/database.sql.gz | "${client[@]}" restored
tables=$("${client[@]}" --batch --skip-column-names --execute \
  "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'restored'")
kill "$server"
wait "$server" || true
rm -rf "$data" /tmp/check.log

if [ "$tables" -eq 0 ]; then
  echo "the dump can be read, but there is no table in it" >&2
  exit 1
fi
echo "the dump can be restored: $tables tables"
