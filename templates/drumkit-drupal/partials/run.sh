#!/bin/bash
# Runs a command in the project's folder, and leaves a site alone that is not installed yet.
set -euo pipefail
cd /var/www/html
export PATH="$PWD/vendor/bin:$PATH"
if [ -e web/sites/default/files/.installing ]; then
  echo "the installation has not ended: not now"
  exit 1
fi
if [ "$(drush status --field=bootstrap)" != Successful ]; then
  echo "the site is not installed yet, so there is nothing to do: $*"
  exit 0
fi
exec "$@"
