# shellcheck shell=bash disable=SC2154
# Rows of `publish` and of what editors of a large fleet wait for. Sourced by `benches/compare`.

# Cold publishes of two sizes, on the shipped template in three environments; then again, and after edits.
rows_of_publish() {
  local tenth=$work/tenth fleet=$work/fleet tenth_took tenth_memory
  "$GENERATE" --template drupal --sites $((sites / 10)) --out "$tenth"
  save "$tenth"
  best "$tenth" "$BAYPLAN" -C "$tenth" publish
  tenth_took=$took tenth_memory=$memory
  "$GENERATE" --template drupal --sites "$sites" --out "$fleet"
  cold_rows "$fleet" "$fleet"
  row 'growth of time to ten times the sites' "$tenth_took to $cold s" 'goal 11 times' "$(calc "$cold / $tenth_took")"
  row 'growth of memory to ten times the sites' "$tenth_memory to $cold_memory MiB" 'goal 10 times' "$(calc "$cold_memory / $tenth_memory")"
  unchanged_row "$fleet" "$fleet"
  site_rows "$fleet"
  cluster_row "$fleet"
}

# The reader's own fleet: its last commit is the edit.
rows_of_own_fleet() {
  local top prefix fleet site before
  top=$(git -C "$1" rev-parse --show-toplevel)
  prefix=$(git -C "$1" rev-parse --show-prefix)
  git clone -q "$top" "$work/own"
  fleet=$work/own/$prefix
  folder_row "$fleet"
  cold_rows "$work/own" "$fleet"
  unchanged_row "$work/own" "$fleet"
  site=$("$BAYPLAN" -C "$fleet" list sites --format json | perl -ne 'print($1), exit if /"site":"([^"]+)"/')
  if [ -n "$site" ]; then
    save "$work/own"
    best "$work/own" "$BAYPLAN" -C "$fleet" check --site "$site"
    row "check --site $site" "$took s ($cpu s)" '' ''
  fi
  before=$(git -C "$work/own" rev-parse --quiet --verify HEAD~1) || { echo 'the fleet has one commit: no edit to measure'; return; }
  unpublish "$work/own"
  "$BAYPLAN" -C "$fleet" publish --source "$before" > "$work/out" 2>&1 || { echo 'the commit before the last does not compile: no edit to measure'; return; }
  save "$work/own"
  edited "$work/own" "$fleet"
  row 'publish of the last commit on top of the one before' "$took s ($cpu s)" "the same commit without state, $without s" "$(calc "$took / $without")"
}

# A repository (first) with a fleet in it (second) of which nothing is published: what a cold run takes, that one thread makes the same, what
# git takes to store the same blobs, and what it makes of the pack. Sets `cold` and `cold_memory`.
cold_rows() {
  local cold_cpu summary size packed before
  before=$(packs "$1")
  save "$1"
  run "$BAYPLAN" -C "$2" publish
  cold=$took cold_cpu=$cpu cold_memory=$memory
  summary=$(tail -1 "$work/err")
  size=$(($(packs "$1") - before))
  published "$1" > "$work/branches"
  row "cold publish, $summary" "$cold s, $memory MiB" 'goal 1536 MiB' "$(calc "$cold_memory / 1536")"
  restore "$1"
  run "$BAYPLAN" -C "$2" publish --threads 1
  same "$1" "$work/branches" 'one thread and all'
  row 'the same with one thread' "$took s, $memory MiB" "the same commit as with all, $cold s" "$(calc "$took / $cold")"

  # The very same blobs through git fast-import, without trees.
  while read -r branch _; do git -C "$1" ls-tree -r --format='%(objectname)' "$branch"; done < "$work/branches" | sort -u > "$work/ids"
  git -C "$1" cat-file --batch --buffer < "$work/ids" | perl -e '
    binmode STDIN; binmode STDOUT;
    while (my $head = <STDIN>) {
      my ($size) = $head =~ / (\d+)$/ or die;
      read(STDIN, my $data, $size + 1) == $size + 1 or die;
      print "blob\ndata $size\n", $data;
    }' > "$work/stream"
  git init -q --bare "$work/import"
  run git -C "$work/import" fast-import --quiet < "$work/stream"
  row "cold publish, $(wc -l < "$work/ids") different files" "$cold s ($cold_cpu s)" "git fast-import of the same blobs, $took s ($cpu s)" "$(calc "$cold / $took")"
  rm -rf "$work/import" "$work/stream" "$work/ids"

  # What git makes of the pack.
  git init -q --bare "$work/gc"
  while read -r branch _; do git -C "$work/gc" fetch -q "$1" "$branch:$branch" 2> /dev/null; done < "$work/branches"
  run git -C "$work/gc" gc -q
  packed=$(packs "$work/gc")
  row 'the pack' "$(mebibytes "$size") MiB" "after git gc ($took s), $(mebibytes "$packed") MiB; goal 3 times" "$(calc "$size / $packed")"
  run git -C "$work/gc" repack -q -a -d -f
  packed=$(packs "$work/gc")
  row 'the pack' "$(mebibytes "$size") MiB" "after git repack -f ($took s), which looks for deltas anew, $(mebibytes "$packed") MiB" "$(calc "$size / $packed")"
  rm -rf "$work/gc"
}

unchanged_row() {
  git -C "$1" status --porcelain > /dev/null
  save "$1"
  best "$1" "$BAYPLAN" -C "$2" publish
  same "$1" "$work/saved/branches" 'a publish of what is published'
  row 'publish, nothing changed' "$took s ($cpu s)" 'goal 0.1 s' "$(calc "$took / 0.1")"
}

# Publishes what was edited, from the state that was saved and without any; they make the same commits. Sets what `best` does, and
# `without`: the seconds without state.
edited() {
  restore "$1"
  rm -rf "$1/.git/bayplan"
  run "$BAYPLAN" -C "$2" publish
  without=$took
  published "$1" > "$work/branches"
  best "$1" "$BAYPLAN" -C "$2" publish
  same "$1" "$work/branches" 'runs with state and without'
}

site_rows() {
  local site
  site=$(find "$1/site-specs/sites" -name 'site-7.yaml')
  sed -i 's/tag: 1\.\|tag: 2\.\|tag: 3\.\|tag: 4\./tag: 9./' "$site"
  best "$1" "$BAYPLAN" -C "$1" check --site site-7
  row 'check --site of an edited site' "$took s ($cpu s)" 'goal 0.15 s' "$(calc "$took / 0.15")"
  commit "$1" 'one site'
  save "$1"
  edited "$1" "$1"
  row 'publish, one site edited' "$took s ($cpu s)" 'goal 0.5 s; the same commit as without state' "$(calc "$took / 0.5")"
}

cluster_row() {
  local cluster name units share
  cluster=$(find "$1/site-specs/clusters" -name '*.yaml' | sort | head -1)
  name=$(basename "$cluster" .yaml)
  units=$(git -C "$1" ls-tree -d -r --name-only rendered | grep -c '^[^/]*/[^/]*/[^/]*$')
  share=$(git -C "$1" ls-tree -d -r --name-only rendered "$name/" | grep -c '^[^/]*/[^/]*/[^/]*$')
  perl -0pi -e 's/(\n  values:[^\n]*\n)/$1    publicAddress: 192.0.2.77\n/' "$cluster"
  perl -0pi -e 's/\n    publicAddress: (?!192\.0\.2\.77)[^\n]*//' "$cluster"
  commit "$1" 'one value of a cluster'
  save "$1"
  edited "$1" "$1"
  row "publish, one value of cluster $name edited ($share of $units namespaces)" "$took s ($cpu s)" \
    "its share of a run without state, $(calc "$without * $share / $units") s; the same commit" "$(calc "$took / ($without * $share / $units)")"
}

# A hundred clusters with a branch each, published by eight jobs at once on one repository, and then once more by one job alone.
rows_of_clusters() {
  local many=$work/many number=${many_sites:-$sites} jobs jobs_cpu jobs_memory size before
  "$GENERATE" --small --clusters 100 --sites "$number" --out "$many"
  before=$(packs "$many")
  save "$many"
  run sh -c "seq 0 99 | xargs -P 8 -I{} '$BAYPLAN' -C '$many' publish --quiet --cluster cluster-{}"
  jobs=$took jobs_cpu=$cpu jobs_memory=$memory
  size=$(($(packs "$many") - before))
  published "$many" > "$work/branches"
  [ "$(wc -l < "$work/branches")" = 100 ] || { echo 'not every job published its branch' >&2; exit 1; }
  restore "$many"
  run "$BAYPLAN" -C "$many" publish --quiet
  same "$many" "$work/branches" 'eight jobs and one'
  row "publish --cluster, 100 clusters of $((number / 100)) sites of ten objects, eight jobs at once" \
    "$jobs s ($jobs_cpu s), the largest job $jobs_memory MiB, packs $(mebibytes "$size") MiB" \
    "one run for all, the same commits, $took s ($cpu s), $memory MiB" "$(calc "$jobs / $took")"
}
