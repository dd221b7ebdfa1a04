#!/bin/sh
# Renders every overlay of a revision: render.sh REVISION OUTPUT-FOLDER. An overlay is a folder `overlays/<name>` that holds a kustomization.yaml.
set -eu
[ $# -eq 2 ] || { echo 'render: usage: render.sh REVISION OUTPUT-FOLDER' >&2; exit 2; }
command -v kustomize >/dev/null || { echo 'render: kustomize is not installed' >&2; exit 2; }
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git archive --format=tar "$1" | tar -x -C "$tree"
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$tree"
find . -path '*/overlays/*/kustomization.yaml' | sort > overlays.list
[ -s overlays.list ] || { echo "render: $1 has no overlays/<name>/kustomization.yaml" >&2; exit 1; }
while read -r file; do
  folder=${file%/kustomization.yaml}
  folder=${folder#./}
  kustomize build "$folder" > "$out/$(echo "$folder" | tr / _).yaml" || { echo "render: $folder does not render at $1" >&2; exit 1; }
done < overlays.list
