#!/bin/sh
# Run Mosquitto, and let it read its users and rules again when devices came or went.
set -eu
folder=/etc/mosquitto/ahorraluz
mosquitto -c "$1" &
broker=$!
trap 'kill -TERM "$broker"' TERM INT
known=$(cksum <"$folder/passwords.devices")
while kill -0 "$broker" 2>/dev/null; do
    # A signal ends a wait for a child at once, and a sleep in the foreground never.
    sleep "${LOOK_EVERY_S:-15}" &
    wait $! || true
    now=$(cksum <"$folder/passwords.devices")
    if [ "$now" != "$known" ]; then
        kill -HUP "$broker" && known=$now
    fi
done
wait "$broker"
