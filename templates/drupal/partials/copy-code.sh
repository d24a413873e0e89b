#!/bin/sh
# Gives nginx the document root of the site's image, for what it serves without PHP.
set -eu
# First of all the folder that the files are mounted on: Drupal takes away the right to write to sites/default, and
# the copy would be as closed as that.
mkdir -p /code/sites/default/files
cp -R "$SITE_DOCROOT/." /code/
