#!/usr/bin/env bash
# Starts PostgreSQL, making the cluster and the one database on first use. The password comes
# from POSTGRES_PASSWORD and is asked of every connection over the network.
set -euo pipefail

: "${POSTGRES_PASSWORD:?is not set}"
database=${POSTGRES_DB:-bluecloud}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # Made aside and put in place whole: a start that is cut off leaves no half cluster.
    rm -rf "$PGDATA/new"
    initdb --pgdata="$PGDATA/new" --username="$database" --auth-local=peer --auth-host=scram-sha-256 \
        --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 --locale=C.UTF-8 >/dev/null
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/new/pg_hba.conf"
    printf "CREATE DATABASE %s;\n" "$database" \
        | postgres --single -D "$PGDATA/new" postgres >/dev/null
    find "$PGDATA/new" -mindepth 1 -maxdepth 1 -not -name PG_VERSION -exec mv -t "$PGDATA" {} +
    mv "$PGDATA/new/PG_VERSION" "$PGDATA/PG_VERSION"
    rmdir "$PGDATA/new"
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories=/tmp
