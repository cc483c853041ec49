#!/usr/bin/env bash
# Prints the interpreter to build environments with: $PYTHON if given, else python3.11, else python3. Says what to do if none fits.
set -euo pipefail

if [ -n "${PYTHON:-}" ]; then
    candidates=("$PYTHON")
else
    candidates=(python3.11 python3)
fi
for candidate in "${candidates[@]}"; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        if ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$candidate cannot make virtual environments: its module venv or ensurepip is missing." >&2
            echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
            exit 1
        fi
        echo "$candidate"
        exit
    fi
done
found=$("${PYTHON:-python3}" --version 2>&1) || found="nothing that runs as ${PYTHON:-python3}"
echo "Python 3.11 or newer is needed. Found: $found." >&2
echo "Install it (Debian: apt-get install python3 python3-venv), or name one: make run PYTHON=/path/to/python3.12" >&2
exit 1
