#!/bin/sh
# Keep the users and rules of the broker as the devices of the homes are.
set -eu
trap 'exit 0' TERM INT
while :; do
    # While the database is away the broker goes on with what it has.
    ahorraluz devices broker-files /etc/mosquitto/ahorraluz --worker-key-file /run/secrets/live/password ||
        echo "The broker keeps the files that it has." >&2
    sleep "${LOOK_EVERY_S:-60}" &
    wait $! || true
done
