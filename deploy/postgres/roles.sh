#!/bin/sh
# Makes a role and a schema for each context, so that no context can read another one's tables.
#
# Run once on an empty database, by somebody who may make roles; the official image does it from
# /docker-entrypoint-initdb.d. The passwords come from CATALOGUE_DB_PASSWORD and so on. A context that gets a server of its
# own needs only its own role there: CONTEXTS=reports roles.sh
set -eu

database="${POSTGRES_DB:-store}"
for context in ${CONTEXTS:-catalogue order fulfilment reports customer sandbox}; do
  variable="$(echo "$context" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD"
  password="$(printenv "$variable")"
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$database" \
    --set role="$context" --set password="$password" --set database="$database" <<'SQL'
-- Everybody may connect, as PostgreSQL comes; not here.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE :"database" TO :"role";
CREATE SCHEMA :"role" AUTHORIZATION :"role";
SQL
done
