#!/bin/bash
# Loads the dump into a database of its own, which nobody else can reach, and looks whether anything came of it.
set -euo pipefail
umask 077
data=/tmp/check
socket=/tmp/check-socket
export PGHOST=$socket PGUSER=postgres

mkdir -p "$socket"
initdb --pgdata="$data" --username=postgres --auth=trust --encoding=UTF8 --no-sync > /tmp/check.log 2>&1 ||
  { cat /tmp/check.log >&2; exit 1; }
pg_ctl --pgdata="$data" --log=/tmp/check.log --wait --timeout=60 \
  --options="-c listen_addresses='' -c unix_socket_directories=$socket -c fsync=off -c shared_buffers=64MB" start > /dev/null ||
  { cat /tmp/check.log >&2; exit 1; }

createdb restored
pg_restore --exit-on-error --no-owner --no-privileges --dbname=restored /tmp/backup/database.dump
tables=$(psql --dbname=restored --tuples-only --no-align --command \
  "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')")
pg_ctl --pgdata="$data" --mode=fast --wait stop > /dev/null
rm -rf "$data" "$socket" /tmp/check.log

if [ "$tables" -eq 0 ]; then
  echo "the dump can be read, but there is no table in it" >&2
  exit 1
fi
echo "the dump can be restored: $tables tables"
