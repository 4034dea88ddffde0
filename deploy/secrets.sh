#!/bin/sh
# Makes up every secret of a shop that is taken apart, as lines NAME=value:
#
#   deploy/secrets.sh > secrets.env
#   docker compose --env-file secrets.env ...
#   kubectl create secret generic better-store --from-env-file=secrets.env
#
# It needs the program, which makes the keys: `better-store` on the path, or whatever BETTER_STORE says, such
# as BETTER_STORE="docker run --rm better-store:0.1.0". Run it once: other passwords later are other passwords only where
# they were set first (PostgreSQL keeps the ones it was made with).
set -eu

# Begins with a letter, for NATS takes what begins with a digit for a number.
password() {
  printf '%s=s%s\n' "$1" "$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')"
}

# The keys that sign identities and forms, and the sandbox's secrets.
${BETTER_STORE:-better-store} keys | grep -E '^STORE_[A-Z_]+='
printf 'STORE_ADMIN_EMAIL=%s\n' "${STORE_ADMIN_EMAIL:-admin@example.org}"
password STORE_ADMIN_PASSWORD
password STORE_METRICS_TOKEN
password POSTGRES_PASSWORD
for context in CATALOGUE ORDER FULFILMENT REPORTS CUSTOMER SANDBOX; do
  password "${context}_DB_PASSWORD"
done
for context in CATALOGUE ORDER FULFILMENT REPORTS CUSTOMER; do
  password "${context}_NATS_PASSWORD"
done
