#!/bin/sh
# Every commit between two revisions is signed by a known key: signatures.sh BASE HEAD. The signers are those of ci/allowed_signers AT THE BASE, so
# that a change can not add its own.
set -eu
[ $# -eq 2 ] || { echo 'signatures: usage: signatures.sh BASE HEAD' >&2; exit 2; }
signers=$(mktemp)
trap 'rm -f "$signers"' EXIT
git show "$1:ci/allowed_signers" > "$signers" || { echo "signatures: $1 has no ci/allowed_signers" >&2; exit 2; }
bad=0
for commit in $(git rev-list "$1..$2"); do
  git -c gpg.ssh.allowedSignersFile="$signers" verify-commit "$commit" 2>/dev/null ||
    { echo "signatures: $(git log -1 --format='%h %an: %s' "$commit") is not signed by a known key" >&2; bad=1; }
done
exit $bad
