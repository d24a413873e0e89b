#!/bin/bash
# Puts the dump and the files into the claim, complete or not at all, then drops what is older than it may be.
set -euo pipefail
umask 077
name=$(date --utc +%Y%m%d-%H%M%S)
rm -rf /backups/.partial-*
mkdir "/backups/.partial-$name"
cp /tmp/backup/* "/backups/.partial-$name/"
# 1 only says that a file changed while it was read.
status=0
tar --create --gzip --file "/backups/.partial-$name/files.tar.gz" --directory / \
  --anchored --exclude-from <(sed 's|^/||' /opt/backup/exclude.txt) files || status=$?
if [ "$status" -gt 1 ]; then exit "$status"; fi
sync
mv "/backups/.partial-$name" "/backups/$name"
find /backups -mindepth 1 -maxdepth 1 -type d -name '[0-9]*-[0-9]*' -mtime "+$BACKUP_KEEP_DAYS" ! -name "$name" \
  -print -exec rm -rf {} +
echo "stored $name: $(du --summarize --human-readable "/backups/$name" | cut -f 1)"
