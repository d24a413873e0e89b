# shellcheck shell=bash disable=SC2154
# What the rows of `benches/compare` have in common: running, timing, and putting a repository back as it was. Sourced by it.

# Runs a command; sets `took` (seconds of the clock), `cpu` (seconds of all processors) and `memory` (MiB). Its output goes to files.
run() {
  local user system
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; exit 1; }
  read -r took user system memory < "$work/time"
  cpu=$(calc "$user + $system")
  memory=$((memory / 1024))
}

# Runs a command three times, each time in the repository as it was saved; sets what `run` does, of the shortest.
best() {
  local repository=$1 shortest=''
  shift
  for _ in 1 2 3; do
    restore "$repository"
    run "$@"
    if is_less "$took" "$shortest"; then
      shortest=$took
      echo "$took $cpu $memory" > "$work/best"
    fi
  done
  read -r took cpu memory < "$work/best"
}

calc() { perl -e "printf '%.${2:-2}f', $1"; }
# Whether the first is less than the second, which may be nothing yet.
is_less() { [ -z "$2" ] || [ "$(calc "$1 < $2" 0)" = 1 ]; }
row() { printf '| %s | %s | %s | %s |\n' "$@"; }
packs() { find "$1" -path '*/objects/pack/*.pack' -printf '%s\n' | perl -ne '$sum += $_; END { print $sum || 0 }'; }
mebibytes() { calc "$1 / 1048576" "${2:-0}"; }
commit() { git -C "$1" -c user.name=bench -c user.email=bench@example.org commit -q -a -m "$2"; }

# The branches that a repository has besides its source, with their commits.
published() {
  local source
  source=$(git -C "$1" symbolic-ref --quiet HEAD || true)
  git -C "$1" for-each-ref --format='%(refname) %(objectname)' refs/heads | grep -v "^$source " || true
}

# Keeps in mind which branches, objects and state of bayplan a repository has.
save() {
  rm -rf "$work/saved"
  mkdir "$work/saved"
  published "$1" > "$work/saved/branches"
  if [ -d "$1/.git/bayplan" ]; then cp -a "$1/.git/bayplan" "$work/saved/state"; fi
  touch "$work/saved/now"
}

# Puts them back. What is newer goes: an object that is there already would spare the next run its writing.
restore() {
  unpublish "$1"
  sed 's/^/create /' "$work/saved/branches" | git -C "$1" update-ref --stdin
  find "$1/.git/objects" -type f -newer "$work/saved/now" -delete
  if [ -d "$work/saved/state" ]; then cp -a "$work/saved/state" "$1/.git/bayplan"; fi
}

# Leaves of what was published only objects.
unpublish() {
  published "$1" | sed 's/^\([^ ]*\) .*/delete \1/' | git -C "$1" update-ref --stdin
  rm -rf "$1/.git/bayplan"
}

# Fails unless what a repository has published is what a file says.
same() {
  published "$1" | cmp -s - "$2" || { echo "$3 made different commits" >&2; exit 1; }
}
