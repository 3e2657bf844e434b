#!/usr/bin/env bash
# Makes the image that the Dockerfiles' ARG BASE_IMAGE names, where no registry can be pulled
# from: Debian's own debootstrap, slimmed as the published image is, with the certificate
# authorities that this machine trusts besides Debian's.
set -euo pipefail

name=${1:-debian:bookworm-slim}
docker image inspect "$name" >/dev/null 2>&1 && exit 0

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$tree" >/dev/null
mkdir -p "$tree/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$tree/usr/local/share/ca-certificates/" \;
chroot "$tree" update-ca-certificates >/dev/null
rm -rf "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/* "$tree"/var/log/* \
    "$tree"/usr/share/doc/* "$tree"/usr/share/man/* "$tree"/usr/share/locale/*
printf 'path-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\npath-exclude /usr/share/locale/*\n' \
    >"$tree/etc/dpkg/dpkg.cfg.d/slim"
tar -C "$tree" -c . | docker import --change 'CMD ["bash"]' - "$name" >/dev/null
