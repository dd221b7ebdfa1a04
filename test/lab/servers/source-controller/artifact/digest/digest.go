// Package digest says which algorithm the digests of artifacts use. Part of the lab's stand-in.
package digest

import (
	// Only an algorithm that is linked in can be chosen.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Canonical is set once by the main of source-controller, before anything is stored.
var Canonical = digest.SHA256

// AlgorithmForName answers the algorithm of a name, or an error when this binary cannot compute it.
func AlgorithmForName(name string) (digest.Algorithm, error) {
	if algorithm := digest.Algorithm(name); algorithm.Available() {
		return algorithm, nil
	}
	return "", fmt.Errorf("no digest algorithm %q here: use sha256, sha384 or sha512", name)
}
