#!/usr/bin/env bash
# Writes constraints.txt anew: a fresh environment with all extras at the newest versions that fit together.
set -euo pipefail
cd "$(dirname "$0")/.."

extras=train,notebook,scale,dev
base=$(scripts/find-python.sh)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

echo "constraints: installing .[$extras] into a fresh environment (1 to 3 minutes)"
"$base" -m venv "$fresh/venv"
"$fresh/venv/bin/python" -m pip install -qq --disable-pip-version-check --editable ".[$extras]"
"$fresh/venv/bin/python" -m pip check
{
    echo "# Exact versions of everything that \`pip install -e \".[$extras]\" -c constraints.txt\` installs."
    echo "# Made anew by \`make constraints\`: a fresh environment without this file, \`pip check\`, then \`pip freeze\`."
    "$fresh/venv/bin/python" -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==[^ ]+$' | LC_ALL=C sort -f
} >"$fresh/constraints.txt"
mv "$fresh/constraints.txt" constraints.txt
echo "constraints: $(grep -c == constraints.txt) packages"
