# shellcheck shell=bash disable=SC2154
# Rows of other tools: the same ten objects, rendered by each its own way, for as many sites as take a moment. Sourced by `benches/compare`.

rows_of_peers() {
  local python=${PYTHON:-python3}
  peer_sites=50
  [ -n "${site_cost:-}" ] || measure_site
  mkdir -p "$work/peers/base"
  "$GENERATE" --small --sites 1 --out "$work/one"
  "$BAYPLAN" -C "$work/one" render --out "$work/one-rendered" --quiet > /dev/null
  cp "$work"/one-rendered/cluster-0/testing-0/*/app/*.yaml "$work/peers/base/"
  if command -v kubectl > /dev/null; then kustomize_row; else echo 'kubectl is not installed: skipped'; fi
  if command -v helm > /dev/null; then helm_row; else echo 'helm is not installed: skipped'; fi
  if "$python" -c 'import kcl_lib' 2> /dev/null; then
    run "$python" "$root/benches/kcl/render.py" "$root/benches/kcl/ten.k" "$peer_sites"
    peer 'KCL, all sites in one process' "$(cat "$work/out")"
  else
    echo "kcl_lib is not installed for $python: skipped"
  fi
  if command -v kapitan > /dev/null; then kapitan_row; else echo 'kapitan is not installed: skipped'; fi
}

# A tool and its milliseconds a site.
peer() { row "$1, ten objects a site" "$(calc "$2" 1) ms of the processor a site" "bayplan with schemas, $site_cost ms" "$(calc "$2 / $site_cost" 0)"; }

kustomize_row() {
  local number
  for number in $(seq $peer_sites); do
    mkdir "$work/peers/$number"
    printf 'resources: [../base]\nnameSuffix: "-%s"\nimages: [{name: registry.example.org/site-0, newTag: "%s"}]\n' "$number" "$number" \
      > "$work/peers/$number/kustomization.yaml"
  done
  run sh -c "for number in \$(seq $peer_sites); do kubectl kustomize '$work/peers/'\$number; done"
  peer 'kubectl kustomize, a process a site' "$(calc "$cpu * 1000 / $peer_sites" 3)"
}

helm_row() {
  local file
  mkdir -p "$work/peers/chart/templates"
  printf 'apiVersion: v2\nname: ten\nversion: 1.0.0\n' > "$work/peers/chart/Chart.yaml"
  for file in "$work"/peers/base/*.yaml; do
    [ "$(basename "$file")" = kustomization.yaml ] || sed 's/site-0/{{ .Release.Name }}/g' "$file" > "$work/peers/chart/templates/$(basename "$file")"
  done
  run sh -c "for number in \$(seq $peer_sites); do helm template site-\$number '$work/peers/chart'; done"
  peer 'helm template, a process a site' "$(calc "$cpu * 1000 / $peer_sites" 3)"
}

# Kapitan compiles all targets in one process, which takes a second to start: by the difference of two sizes.
kapitan_row() {
  local inventory=$work/peers/kapitan/inventory few=20 many=320 number few_cpu=0
  cp -r "$root/benches/kapitan" "$work/peers/kapitan"
  mkdir "$inventory/targets"
  for number in $(seq $many); do
    printf 'classes: [ten]\nparameters: {site: site-%s, env: [{name: A, value: "%s"}]}\n' "$number" "$number" > "$inventory/targets/site-$number.yml"
    case $number in
      "$few" | "$many")
        run sh -c "cd '$work/peers/kapitan' && kapitan compile --parallelism 1"
        [ "$(grep -c apiVersion "$work/peers/kapitan/compiled/site-$number/ten.yaml")" = 10 ] || { echo 'kapitan did not render ten objects' >&2; exit 1; }
        [ "$number" = "$many" ] || few_cpu=$cpu
        ;;
    esac
  done
  peer 'Kapitan, all sites in one process' "$(calc "($cpu - $few_cpu) * 1000 / ($many - $few)" 3)"
}
