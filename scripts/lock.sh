#!/usr/bin/env bash
# Write constraints.txt from what is installed: scripts/lock.sh .venv/bin
set -euo pipefail
packages=$("$1/python" -m pip freeze --exclude-editable | grep --extended-regexp --invert-match '^(torch|gouji)[= ]|@')
cat >constraints.txt <<EOF
# Every package of the development environment, at the version it was tested with. torch, which training alone needs, is left out:
# its wheels differ by machine. Written by: make lock
$packages
EOF
