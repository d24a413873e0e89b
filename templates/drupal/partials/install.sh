#!/bin/sh
# Installs the site where the database is empty, and only there. The mark says that an attempt has begun, and so
# that what is in the database is nobody's work yet: an attempt that broke off may begin again.
set -eu
export PATH="$SITE_ROOT/vendor/bin:$PATH"
mark=$PRIVATE_FILES_PATH/.installing
tables=$(php /opt/bayplan/database.php)
if [ "$tables" -ne 0 ] && [ ! -e "$mark" ]; then
  echo "the database has $tables tables: nothing is installed over them"
  exit 0
fi
touch "$mark"
set -- --yes \
  --site-name="$INSTALL_SITE_NAME" \
  --site-mail="$INSTALL_ADMIN_EMAIL" \
  --account-name="$INSTALL_ADMIN_USER" \
  --account-mail="$INSTALL_ADMIN_EMAIL" \
  --account-pass="$(cat /run/secrets/admin/password)"
if [ "$INSTALL_EXISTING_CONFIG" = true ]; then
  drush site:install --existing-config "$@"
else
  drush site:install "$INSTALL_PROFILE" "$@"
fi
rm "$mark"
