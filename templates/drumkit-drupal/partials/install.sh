#!/bin/bash
# Runs the image's installer where the database is empty, and only there.
set -euo pipefail
mark=/var/www/html/web/sites/default/files/.installing
tables=$(php /opt/bayplan/tables.php)
if [ "$tables" -ne 0 ] && [ ! -e "$mark" ]; then
  echo "the database has $tables tables: nothing is installed over them"
  exit 0
fi
touch "$mark"
/install-drupal.sh
rm "$mark"
