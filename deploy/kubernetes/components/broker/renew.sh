#!/bin/sh
# Keep what Mosquitto reads current: certificates as cert-manager renews them, and who may enter and write where.
#   renew.sh once    write the files
#   renew.sh always  write them again each minute, and have Mosquitto read them
set -eu
folder=${BROKER_FOLDER:-/etc/mosquitto/ahorraluz}
certificates=${BROKER_CERTIFICATES:-/run/certificates}

write() {
    cp -f "$certificates/ca.crt" "$certificates/server.crt" "$certificates/server.key" "$folder/" &&
        ahorraluz devices broker-files "$folder"
}

read_again() {
    # The containers of this pod see each other's processes, and are the same user.
    for process in /proc/[0-9]*; do
        if [ "$(cat "$process/comm" 2>/dev/null)" = mosquitto ]; then
            kill -HUP "${process#/proc/}"
        fi
    done
}

if [ "$1" = once ]; then
    write
    exit
fi
trap 'exit 0' TERM INT
while true; do
    # Where the database does not answer, the files stay as they are, and it is tried again.
    if write; then
        read_again
        touch "${BROKER_ALIVE:-/tmp/alive}"
    fi
    sleep "${BROKER_RENEW_S:-60}" &
    wait $! || true
done
