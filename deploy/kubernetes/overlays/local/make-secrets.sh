#!/bin/sh
# Print the secrets of a try, each made up anew: sh make-secrets.sh | kubectl apply -f -
# Made again, they no longer fit a database that is there.
set -eu
word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
postgres=$(word)
redis=$(word)
cat <<END
apiVersion: v1
kind: Secret
metadata: {name: ahorraluz-postgres, namespace: ahorraluz}
stringData:
  password: "$postgres"
---
apiVersion: v1
kind: Secret
metadata: {name: ahorraluz-redis, namespace: ahorraluz}
stringData:
  password: "$redis"
---
apiVersion: v1
kind: Secret
metadata: {name: ahorraluz-secrets, namespace: ahorraluz}
stringData:
  database-url: "postgresql://ahorraluz:$postgres@ahorraluz-postgres:5432/ahorraluz"
  keys-url: "postgresql://ahorraluz:$postgres@ahorraluz-postgres:5432/ahorraluz_keys"
  queue-url: "redis://:$redis@ahorraluz-redis:6379/0"
  metrics-token: "$(word)"
  broker-url: "mqtts://ahorraluz-live:$(word)@ahorraluz-broker:8883"
END
