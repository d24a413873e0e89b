#!/bin/sh
# Sends the dump and the files to the restic repository, which encrypts them, then drops what is older than it may be.
set -eu
export HOME=/tmp RESTIC_CACHE_DIR=/tmp/restic RESTIC_PASSWORD_FILE=/run/secrets/backup/password
AWS_ACCESS_KEY_ID=$(cat /run/secrets/backup/access-key)
AWS_SECRET_ACCESS_KEY=$(cat /run/secrets/backup/secret-key)
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

# 10 says that there is no repository yet. Any other trouble must not make a new one.
status=0
restic cat config > /dev/null || status=$?
if [ "$status" -eq 10 ]; then
  restic init
elif [ "$status" -ne 0 ]; then
  exit "$status"
fi
restic unlock
restic backup --host "$RESTIC_HOST" --exclude-file /opt/backup/exclude.txt /tmp/backup /files
restic forget --host "$RESTIC_HOST" --keep-within "${BACKUP_KEEP_DAYS}d" --keep-last 3 --prune
restic check
