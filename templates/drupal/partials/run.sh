#!/bin/sh
# Runs a command once the database answers, and leaves a site alone that is not installed yet.
set -eu
export PATH="$SITE_ROOT/vendor/bin:$PATH"
tables=$(php /opt/bayplan/database.php)
if [ "$tables" -eq 0 ]; then
  echo "the database is empty, so there is nothing to do: $*"
  exit 0
fi
# The installer is still at work, or will be again.
while [ -e "$PRIVATE_FILES_PATH/.installing" ]; do
  echo "waiting for the installation to end"
  sleep 10
done
exec "$@"
