#!/bin/sh
# Builds the image of deploy/Dockerfile without a daemon and without base images: its root file system
# from packages of Debian, and an OCI image of it with buildah. Needs root, apt-get, dpkg-deb, npm and
# a built project (npm run build).
#   sh deploy/build-image.sh DIR          the root file system in DIR/root
#   sh deploy/build-image.sh DIR IMAGE    and the image IMAGE in the storage of buildah
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1/packages" "$1/root"
work=$(cd "$1" && pwd)
root=$work/root

# What Node.js is linked to, and the certificates of providers of models.
(cd "$work/packages" && apt-get download -qq libc6 libgcc-s1 libstdc++6 gcc-12-base netbase tzdata >/dev/null)
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$root"; done
rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/lintian" "$root/usr/share/locale" \
  "$root"/usr/lib/*/gconv "$root/usr/share/zoneinfo"
mkdir -p "$root/etc/ssl/certs" "$root/tmp" "$root/data" "$root/proc" "$root/usr/local/bin" "$root/app" "$root/run"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true
echo 'nonroot:x:65532:65532:nonroot:/data:/sbin/nologin' >"$root/etc/passwd"
echo 'nonroot:x:65532:' >"$root/etc/group"
chmod 1777 "$root/tmp"
chown 65532:65532 "$root/data"
chmod 0700 "$root/data"

cp "$project/node_modules/node/bin/node" "$root/usr/local/bin/node"
cp "$project/package.json" "$project/package-lock.json" "$root/app/"
cp -r "$project/dist" "$root/app/dist"
(cd "$root/app" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --silent)
rm "$root/app/package-lock.json"
find "$root/app/dist" -type f \( -name '*.d.ts' -o -name '*.map' \) -delete
sh "$project/deploy/prune.sh" "$root/app/node_modules"

if [ $# -gt 1 ]; then
  container=$(buildah from scratch)
  buildah copy --quiet "$container" "$root" / >/dev/null
  buildah config --user 65532:65532 --volume /data --port 4001 \
    --env NODE_ENV=production --env HIVE_DATA_DIR=/data --env XDG_RUNTIME_DIR=/data \
    --env HIVE_LOG_FORMAT=json --env HIVE_LISTEN=/ip4/0.0.0.0/tcp/4001 --env HIVE_HTTP=127.0.0.1:7420 \
    --entrypoint '["/usr/local/bin/node", "--max-semi-space-size=4", "/app/dist/node/hive.js"]' --cmd start "$container"
  buildah commit --quiet "$container" "$2" >/dev/null
  buildah rm "$container" >/dev/null
fi
