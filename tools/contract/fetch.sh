#!/bin/sh
# Fetches GitHub's OpenAPI description, GraphQL schema and example deliveries at the versions
# pinned in tools/package.json, and cuts them into .cache/contract, where the
# tests look for them. `make contract` runs this.
set -eu
cd "$(dirname "$0")/.."
npm ci --ignore-scripts --no-audit --no-fund
node contract/cut.mjs ../.cache/contract
