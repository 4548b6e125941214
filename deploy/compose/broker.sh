#!/bin/sh
# Run Mosquitto, and let it read its users and rules again when devices came or went.
set -eu
devices=/etc/mosquitto/ahorraluz/passwords.devices
known=$(cksum <"$devices")
# It looks on beside Mosquitto, which takes the place of this process: signals reach it alone.
(
    while sleep "${LOOK_EVERY_S:-15}"; do
        now=$(cksum <"$devices")
        [ "$now" = "$known" ] || { kill -HUP $$ && known=$now; }
    done
) &
exec mosquitto -c "$1"
