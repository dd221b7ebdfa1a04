#!/bin/sh
# The cluster would admit the rendered objects: dry-run.sh FOLDER. Needs a KUBECONFIG whose user may only dry-run.
set -eu
[ $# -eq 1 ] || { echo 'dry-run: usage: dry-run.sh FOLDER' >&2; exit 2; }
[ -n "${KUBECONFIG:-}" ] || { echo 'dry-run: skipped, because KUBECONFIG is not set'; exit 0; }
command -v kubectl >/dev/null || { echo 'dry-run: kubectl is not installed' >&2; exit 2; }
kubectl apply --dry-run=server --server-side --force-conflicts -f "$1" || { echo 'dry-run: the cluster refuses the objects above' >&2; exit 1; }
