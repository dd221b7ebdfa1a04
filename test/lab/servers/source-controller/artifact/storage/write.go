package storage

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/artifact/digest"
	godigest "github.com/opencontainers/go-digest"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Copy stores what a reader gives as the artifact's content.
func (store *Storage) Copy(artifact *meta.Artifact, from io.Reader) error {
	return store.write(artifact, func(to io.Writer) error {
		_, err := io.Copy(to, from)
		return err
	})
}

// CopyFromPath stores a file as the artifact's content.
func (store *Storage) CopyFromPath(artifact *meta.Artifact, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return store.Copy(artifact, file)
}

// VerifyArtifact tells whether the file still is what its digest says.
func (store *Storage) VerifyArtifact(artifact meta.Artifact) error {
	expected, err := godigest.Parse(artifact.Digest)
	if err != nil {
		return fmt.Errorf("artifact %s has no digest that can be read: %w", artifact.Path, err)
	}
	file, err := os.Open(store.LocalPath(artifact))
	if err != nil {
		return err
	}
	defer file.Close()
	verifier := expected.Verifier()
	if _, err := io.Copy(verifier, file); err != nil {
		return err
	}
	if !verifier.Verified() {
		return fmt.Errorf("artifact %s is not what its digest %s says", artifact.Path, expected)
	}
	return nil
}

// write lets fill produce the content into a file beside the target and renames it there: a reader never sees half of it.
// The artifact gets digest, size and time of what was written.
func (store *Storage) write(artifact *meta.Artifact, fill func(io.Writer) error) error {
	target := store.LocalPath(*artifact)
	file, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+"-")
	if err != nil {
		return err
	}
	// After the rename there is nothing of this name any more.
	defer os.Remove(file.Name())
	digester := digest.Canonical.Digester()
	err = fill(io.MultiWriter(file, digester.Hash()))
	size, sizeErr := file.Seek(0, io.SeekCurrent)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = sizeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), target)
	}
	if err != nil {
		return err
	}
	artifact.Digest = digester.Digest().String()
	artifact.Size = &size
	artifact.LastUpdateTime = metav1.Now()
	return nil
}
