#!/usr/bin/env bash
# Starts Caddy as BLUECLOUD_TLS has it: "files", with a certificate and its key that lie in
# /etc/bluecloud/tls and are read again within seconds of being replaced; or "acme", with certificates
# that Caddy fetches. What cannot be is said in a line before anything listens.
set -euo pipefail

refuse() { printf '%s\n' "$*" >&2; exit 1; }

given=/etc/bluecloud/tls
configuration=/etc/bluecloud/front
address=${BLUECLOUD_PUBLIC_URL:?is not set}
[[ $address =~ ^https://([a-z0-9.-]+)(:[0-9]+)?/?$ ]] ||
    refuse "BLUECLOUD_PUBLIC_URL is $address: with BLUECLOUD_TLS it is https://NAME[:PORT] and no more"
export FRONT_HOST=${BASH_REMATCH[1]} FRONT_PORT=${BASH_REMATCH[2]:-}

case ${BLUECLOUD_TLS:-} in
files)
    for file in fullchain.pem privkey.pem; do
        [ -r "$given/$file" ] ||
            refuse "$file is not in the folder of certificates, or user $(id -u) may not read it: install -o $(id -u) -m 0400 $file FOLDER/"
    done
    ;;
acme)
    export FRONT_ACME_CA=${BLUECLOUD_ACME_CA:-https://acme-v02.api.letsencrypt.org/directory}
    export FRONT_ACME_EMAIL=${BLUECLOUD_ACME_EMAIL:+email $BLUECLOUD_ACME_EMAIL}
    # An authority of one's own is believed by its certificate.
    if [ -r "$given/acme-root.pem" ]; then
        export FRONT_ACME_ROOT="trusted_roots $given/acme-root.pem"
    fi
    ;;
*) refuse "BLUECLOUD_TLS is '${BLUECLOUD_TLS:-}': it is files or acme" ;;
esac

config=$configuration/$BLUECLOUD_TLS.caddy
admin=unix//tmp/front.sock
caddy validate --adapter caddyfile --config "$config" >/tmp/validated 2>&1 ||
    refuse "the certificate cannot be used: $(tail -n 1 /tmp/validated)"

given_now() { sha256sum "$given"/fullchain.pem "$given"/privkey.pem 2>/dev/null || true; }

# A renewed certificate is taken without a restart: connections that are open go on. Half of a pair is
# refused, and the former goes on being shown.
follow() {
    local before now
    before=$(given_now)
    while sleep 5; do
        now=$(given_now)
        if [ "$now" != "$before" ] &&
            caddy reload --force --address "$admin" --adapter caddyfile --config "$config" 2>/tmp/reloaded; then
            before=$now
            echo "the certificate was replaced, and the new one is shown"
        elif [ "$now" != "$before" ]; then
            echo "the certificate was replaced, and the new one cannot be used: $(tail -n 1 /tmp/reloaded)" >&2
        fi
    done
}
[ "$BLUECLOUD_TLS" = acme ] || follow &

exec caddy run --adapter caddyfile --config "$config"
