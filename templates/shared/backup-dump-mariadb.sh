#!/bin/bash
# Writes /tmp/backup/database.sql.gz. The rows of caches are left out, their tables are not.
set -euo pipefail
umask 027
mkdir -p /tmp/backup

# The password goes by a file: on the command line anyone in the pod could read it.
options=/tmp/client.cnf
(umask 077; : > "$options")
{
  echo "[client]"
  echo "host=$DATABASE_HOST"
  echo "port=$DATABASE_PORT"
  echo "user=$DATABASE_USER"
  printf 'password="%s"\n' "$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$DATABASE_PASSWORD_FILE")"
  if [ -n "${DATABASE_CA_FILE:-}" ]; then
    echo "ssl-ca=$DATABASE_CA_FILE"
    echo "ssl-verify-server-cert"
  else
    echo "skip-ssl"
  fi
} > "$options"

skip=()
while read -r table; do
  skip+=("--ignore-table-data=$DATABASE_NAME.$table")
done < <(mariadb --defaults-file="$options" --batch --skip-column-names --execute "
  SELECT table_name FROM information_schema.tables
  WHERE table_schema = '$DATABASE_NAME' AND (table_name LIKE 'cache\\_%' OR table_name = 'cachetags')")

mariadb-dump --defaults-file="$options" --single-transaction --quick --routines --triggers --no-tablespaces \
  --default-character-set=utf8mb4 "${skip[@]}" "$DATABASE_NAME" | gzip > /tmp/backup/database.sql.gz
rm "$options"
echo "dumped $(stat --format=%s /tmp/backup/database.sql.gz) bytes"
