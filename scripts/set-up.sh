#!/usr/bin/env bash
# Makes .venv hold what a group of make targets needs, at the versions of constraints.txt.
#   run   the service and training
#   dev   that, and what notebooks, tests and checks need
# The stamp that make looks at is written last, so that an interrupted set-up is taken up again.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
run) extras=train ;;
dev) extras=train,notebook,dev ;;
*)
    echo "usage: scripts/set-up.sh run|dev" >&2
    exit 2
    ;;
esac

python=.venv/bin/python
if ! "$python" -m pip --version >/dev/null 2>&1; then
    base=$(scripts/find-python.sh)
    echo "set-up: making .venv with $("$base" --version)"
    "$base" -m venv --clear .venv
fi

# Its time is that of the start: a file that changes while pip works makes the set stale again.
touch .venv/.started
SECONDS=0
echo "set-up: installing .[$extras] into .venv (the first time it takes 1 to 3 minutes)"
# -qq: only errors. Everything else that pip says is about the machine, not about this project.
"$python" -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable ".[$extras]"

mv .venv/.started ".venv/.$1-set"
if [ "$1" = dev ]; then # it holds the run set, too
    touch -r .venv/.dev-set .venv/.run-set
fi
echo "set-up: done in $SECONDS s"
