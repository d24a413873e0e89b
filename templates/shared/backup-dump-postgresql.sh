#!/bin/bash
# Writes /tmp/backup/database.dump, in PostgreSQL's own compressed format.
set -euo pipefail
umask 027
mkdir -p /tmp/backup

PGPASSWORD=$(cat "$DATABASE_PASSWORD_FILE")
export PGPASSWORD PGHOST=$DATABASE_HOST PGPORT=$DATABASE_PORT PGDATABASE=$DATABASE_NAME PGUSER=$DATABASE_USER
if [ -n "${DATABASE_CA_FILE:-}" ]; then
  export PGSSLMODE=verify-full PGSSLROOTCERT=$DATABASE_CA_FILE
fi
pg_dump --format=custom --no-owner --no-privileges --file=/tmp/backup/database.dump
echo "dumped $(stat --format=%s /tmp/backup/database.dump) bytes"
