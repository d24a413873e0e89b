# shellcheck shell=bash disable=SC2154
# Rows of the program, of the engine on its own and of a folder written. Sourced by `benches/compare`.

rows_of_binary() {
  local start bytes
  start=$(perl -e 'system($ARGV[0], "--version") for 1..50; my (undef, undef, $user, $system) = times; print STDERR ($user + $system) / 50 * 1000' "$BAYPLAN" 2>&1 > /dev/null)
  row 'start, time of the processor' "$(calc "$start" 1) ms" 'goal 5 ms' "$(calc "$start / 5")"
  bytes=$(stat -L -c %s "$BAYPLAN")
  row 'binary' "$(mebibytes "$bytes" 1) MiB" 'goal 25 MiB' "$(mebibytes "$bytes / 25" 2)"
}

# Ten plain objects a site. The first row is from resolved values to bytes, validated, as the goal has it; the others are the whole of
# `check`, loading included, by the difference of two sizes, so that what each run costs once is left out.
rows_of_engine() {
  local few=$work/few many=$work/small steps='' now count instructions=0 fewer
  "$GENERATE" --small --sites $((sites / 10)) --out "$few"
  "$GENERATE" --small --sites "$sites" --out "$many"
  for _ in 1 2 3 4 5; do
    run "$BAYPLAN" -C "$many" check --threads 1 --timings --format json
    now=$(site_steps "$work/out")
    if is_less "$now" "$steps"; then steps=$now; fi
  done
  row 'a site of ten objects, warm, one core, resolved values to bytes, validated' "$(calc "$steps" 0) us" 'goal 100 us' "$(calc "$steps / 100")"
  measure_site
  row 'the same with reading, loading and resolving: the whole of check' "$(calc "$site_cost * 1000" 0) us of the processor" '' ''
  if command -v valgrind > /dev/null; then
    for count in 50 250; do
      "$GENERATE" --small --sites "$count" --out "$work/small-$count"
      fewer=$instructions
      run valgrind --tool=callgrind --callgrind-out-file=/dev/null "$BAYPLAN" -C "$work/small-$count" check --threads 1
      instructions=$(perl -ne 'print $1 if /Collected : (\d+)/' "$work/err")
    done
    row 'the whole of check, in instructions' "$(calc "($instructions - $fewer) / 200 / 1e6") million" 'callgrind' ''
  else
    echo 'valgrind is not installed: skipped'
  fi
}

# Microseconds a site, of the steps from resolved values to bytes, out of what `check --timings --format json` wrote.
site_steps() {
  perl -e '
    local $/; my $told = <>;
    my ($threads) = $told =~ /"threads":\{([^}]*)\}/ or die "no timings";
    my ($sites) = $told =~ /"sites":(\d+)/ or die "no summary";
    my $sum = 0;
    for my $step (qw(render patch finish validate emit)) {
      $threads =~ /"$step":([\d.e+-]+)/ or die "no step $step";
      $sum += $1;
    }
    printf "%.1f", $sum / $sites * 1e6' "$1"
}

# Sets `site_cost`: milliseconds of the processor that a site of ten objects takes, loading included.
measure_site() {
  local few_cpu
  [ -d "$work/few" ] || "$GENERATE" --small --sites $((sites / 10)) --out "$work/few"
  [ -d "$work/small" ] || "$GENERATE" --small --sites "$sites" --out "$work/small"
  run "$BAYPLAN" -C "$work/few" check --threads 1
  few_cpu=$cpu
  run "$BAYPLAN" -C "$work/small" check --threads 1
  site_cost=$(calc "($cpu - $few_cpu) / ($sites - $sites / 10) * 1000" 3)
}

# Render to a folder: as many sites as make about 20,000 objects.
rows_of_folder() {
  "$GENERATE" --template drupal --sites 160 --out "$work/render"
  folder_row "$work/render"
}

# The shortest of three turns of each, into new folders: how long a file system takes to make files depends on where it puts them,
# and on what was removed a moment ago.
folder_row() {
  local rendered='' rendered_cpu copied='' copied_cpu files turn
  for turn in 1 2 3; do
    run "$BAYPLAN" -C "$1" render --out "$work/rendered/$turn"
    if is_less "$took" "$rendered"; then rendered=$took rendered_cpu=$cpu; fi
    [ -f "$work/files.tar" ] || tar -cf "$work/files.tar" -C "$work/rendered/$turn" .
    mkdir -p "$work/copy/$turn"
    run tar -xf "$work/files.tar" -C "$work/copy/$turn"
    if is_less "$took" "$copied"; then copied=$took copied_cpu=$cpu; fi
  done
  files=$(find "$work/rendered/1" -type f | wc -l)
  row "render to a folder, $files files" "$rendered s ($rendered_cpu s)" "tar -x of the same files, $copied s ($copied_cpu s); goal 1.3" "$(calc "$rendered / $copied")"
  rm -rf "$work/rendered" "$work/copy" "$work/files.tar"
}
