#!/usr/bin/env bash
# Makes what browsers fetch: Client/build.sh [FOLDER], by default Public/ of the checkout. Bundles every Client/pages/*.ts and
# Client/styles/*.css under names that carry their digest, compresses them, and lists them in manifest.json.
# Needs Debian's esbuild, brotli, jq, libjs-leaflet and libjs-chart.js.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target=$(realpath -m "${1:-../Public}")
new=$target.new
rm -rf "$new"
mkdir -p "$new/static" "$new/locales"

esbuild pages/*.ts styles/*.css icons/* \
  --bundle --splitting --format=esm --minify --target=es2020 --charset=utf8 --log-level=warning --legal-comments=none \
  --entry-names='[name]-[hash]' --chunk-names='chunk-[hash]' --asset-names='[name]-[hash]' \
  --loader:.png=copy --loader:.svg=copy \
  --alias:leaflet=/usr/share/javascript/leaflet/leaflet.esm.js \
  --alias:chart.js=/usr/share/javascript/chart.js/chart.mjs \
  --outdir="$new/static" --metafile="$new/meta.json"

# Entries by their name in Client/; what they import (chunks, pictures of style sheets) by the name it has: also
# a chunk that is fetched when it is needed and so has an entry point, which may be called as a page is (map.ts).
jq 'reduce (.outputs | to_entries[]) as $output ({};
      ($output.key | split("/") | last) as $file
      | ($output.value.entryPoint // ($output.value.inputs | keys[0] // $file)) as $source
      | (if (($output.value.entryPoint and ($file | startswith("chunk-") | not)) or ($file | test("\\.(png|svg)$"))) then $source | split("/") | last
           | sub("\\.ts$"; ".js") else $file end) as $name
      | .[$name] = $file)' "$new/meta.json" >"$new/manifest.json"
rm "$new/meta.json"

# The service worker is a script of its own; another build of the pages makes another worker.
version=$(sha256sum "$new/manifest.json" | cut -c1-16)
esbuild worker/sw.ts --bundle --format=iife --minify --target=es2020 --charset=utf8 --log-level=warning \
  --define:VERSION="\"$version\"" --outfile="$new/static/sw.js"
jq '. + {"sw.js": "sw.js"}' "$new/manifest.json" >"$new/manifest.new" && mv "$new/manifest.new" "$new/manifest.json"
cp locales/*.po "$new/locales/"
find "$new/static" -type f \( -name '*.js' -o -name '*.css' -o -name '*.svg' \) \
  -exec gzip --keep --no-name --best {} + -exec brotli --keep --best {} +

rm -rf "$target.old"
[[ ! -e $target ]] || mv "$target" "$target.old"
mv "$new" "$target"
rm -rf "$target.old"
