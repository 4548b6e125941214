#!/bin/sh
# Make the views that boards read, and once the logins of Grafana; it reads their files at its start.
set -eu
umask 027
ahorraluz boards build
for whom in service model; do
    file=/run/secrets/grafana/$whom
    if [ ! -s "$file" ]; then
        # The password is told once: name and password of a login are one line.
        ahorraluz --json boards grant "$whom" |
            python3 -c 'import json, sys; made = json.load(sys.stdin); print(made["name"], made["password"])' \
                >"$file.part"
        mv "$file.part" "$file"
    fi
done
