#!/bin/sh
# Gives nginx the document root of the site's image, for what it serves without PHP.
set -eu
cp -R "$SITE_DOCROOT/." /code/
mkdir -p /code/sites/default/files
