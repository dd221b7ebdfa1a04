#!/bin/sh
# The rendered objects have the shape that Kubernetes knows: schemas.sh FOLDER. SCHEMAS may name local ones, as kubeconform's -schema-location.
set -eu
[ $# -eq 1 ] || { echo 'schemas: usage: schemas.sh FOLDER' >&2; exit 2; }
command -v kubeconform >/dev/null || { echo 'schemas: kubeconform is not installed' >&2; exit 2; }
kubeconform -strict -summary -schema-location "${SCHEMAS:-default}" "$1" || { echo 'schemas: the objects above are not valid' >&2; exit 1; }
