#!/bin/sh
# Removes what a node does not load: types, source maps, sources of native packages, other platforms.
set -eu
cd "$1"
find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \
  -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) ! -iname 'license*' -delete
rm -rf usearch/c usearch/cmake usearch/cpp usearch/include usearch/numkong classic-level/deps
arch=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
for folder in usearch/prebuilds classic-level/prebuilds; do
  for platform in "$folder"/*; do
    case "$platform" in */linux-"$arch") ;; *) rm -rf "$platform" ;; esac
  done
done
find . -type d -empty -delete
