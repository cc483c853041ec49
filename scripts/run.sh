#!/usr/bin/env bash
# Serves a model of the sample history out of this checkout. It trains one first, unless there is one that verifies.
set -euo pipefail
cd "$(dirname "$0")/.."
export TRIAGE_HOME="$PWD"
triage=.venv/bin/triage

if "$triage" models verify sample --json >/dev/null 2>&1; then
    echo "run: the model 'sample' verifies and is used again"
else
    echo "run: training the model 'sample' on data/sample/tickets.csv"
    "$triage" train incidents data/sample/tickets.csv --target category,assignment_group,impact,urgency --name sample
fi
# exec: an interrupt or a kill reaches the service itself, and nothing stays behind.
exec "$triage" serve ${PORT:+--port "$PORT"}
