#!/bin/sh
# Give Grafana the logins of its boards: its data sources read them from the environment alone.
set -eu
read -r AHORRALUZ_BOARDS_SERVICE_USER AHORRALUZ_BOARDS_SERVICE_PASSWORD </run/secrets/grafana/service
read -r AHORRALUZ_BOARDS_MODEL_USER AHORRALUZ_BOARDS_MODEL_PASSWORD </run/secrets/grafana/model
export AHORRALUZ_BOARDS_SERVICE_USER AHORRALUZ_BOARDS_SERVICE_PASSWORD
export AHORRALUZ_BOARDS_MODEL_USER AHORRALUZ_BOARDS_MODEL_PASSWORD
exec /run.sh "$@"
