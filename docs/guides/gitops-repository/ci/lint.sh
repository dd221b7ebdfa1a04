#!/bin/sh
# Every YAML file follows .yamllint.yaml.
set -eu
command -v yamllint >/dev/null || { echo 'lint: yamllint is not installed: apt-get install yamllint' >&2; exit 2; }
yamllint --strict . || { echo 'lint: mend the lines above' >&2; exit 1; }
