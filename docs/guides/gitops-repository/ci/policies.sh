#!/bin/sh
# The rules that repairs are judged by, on what is rendered: policies.sh BASE-FOLDER HEAD-FOLDER, named base and head. POLICIES holds Fleetmend's policies folder.
set -eu
[ $# -eq 2 ] || { echo 'policies: usage: policies.sh BASE-FOLDER HEAD-FOLDER' >&2; exit 2; }
command -v conftest >/dev/null || { echo 'policies: conftest is not installed' >&2; exit 2; }
rules=${POLICIES:-policies}
[ -f "$rules/conftest/main.rego" ] || { echo "policies: $rules holds no conftest/main.rego: set POLICIES" >&2; exit 2; }
conftest test --combine --no-color -p "$rules/remediation" -p "$rules/conftest" -d "remediation:$rules/remediation" "$1" "$2" ||
  { echo 'policies: see docs/policies.md of Fleetmend for the ids above' >&2; exit 1; }
