#!/usr/bin/env bash
# Serves a model of the sample history out of this checkout. It trains one first, unless there is one that verifies.
set -euo pipefail
cd "$(dirname "$0")/.."
export TRIAGE_HOME="$PWD"
triage=.venv/bin/triage

# With it every command that is given in this folder means the models and databases in it, as the service does.
if [ ! -e triage.toml ]; then
    printf '# What goes in here: docs/reference.md#settings\n' >triage.toml
    echo "run: triage.toml is made: commands that are given in this folder use its models and databases"
fi

if "$triage" models verify sample --json >/dev/null 2>&1; then
    echo "run: the model 'sample' verifies and is used again"
else
    echo "run: training the model 'sample' on data/sample/tickets.csv"
    # What a service compiles at its first start is compiled beside the training. If that fails, the service says why.
    .venv/bin/python -c "
from triage.foresight.forewarning import load_kernels
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher
load_kernels(Watcher(Budget.parse('1/day')))" >/dev/null 2>&1 &
    "$triage" train incidents data/sample/tickets.csv --target category,assignment_group,impact,urgency --name sample --json >/dev/null
    echo "run: how good it is, and what it reads: .venv/bin/triage models show sample"
    wait
fi
# exec: an interrupt or a kill reaches the service itself, and nothing stays behind.
exec "$triage" serve ${PORT:+--port "$PORT"}
