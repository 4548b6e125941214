#!/bin/sh
# Two databases with an owner each: readings, and the keys that seal them. PostgreSQL's image runs it
# once, on an empty folder of data.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres/admin)
export PGPASSWORD
# Passwords go in on standard input: arguments can be seen by others.
psql --set=ON_ERROR_STOP=1 --quiet --username postgres --dbname postgres <<SQL
-- It makes the roles that boards read by (docs/guides/grafana.md).
create role ahorraluz login createrole connection limit 60 password '$(cat /run/secrets/postgres/data)';
create role ahorraluz_keys login connection limit 40 password '$(cat /run/secrets/postgres/keys)';
create database ahorraluz owner ahorraluz;
create database ahorraluz_keys owner ahorraluz_keys;
revoke all on database ahorraluz_keys from public;
-- Logins of boards come in here; what each sees is granted to it (docs/guides/grafana.md).
revoke temporary on database ahorraluz from public;
revoke connect on database postgres, template1 from public;
SQL
