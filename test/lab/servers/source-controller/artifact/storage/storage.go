// Package storage keeps artifacts as files below one folder: <kind>/<namespace>/<name>/<file>. Part of the lab's stand-in.
package storage

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/artifact/config"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Storage is the folder, and the address under which others find it.
type Storage struct {
	BasePath string
	Hostname string
	keep     retention
	locks    sync.Map
}

// New answers the store of a folder that must be there.
func New(options *config.Options) (*Storage, error) {
	found, err := os.Stat(options.StoragePath)
	if err != nil {
		return nil, fmt.Errorf("the folder of the artifacts cannot be used: %w", err)
	}
	if !found.IsDir() {
		return nil, fmt.Errorf("%s is a file: --storage-path names a folder", options.StoragePath)
	}
	keep := retention{age: options.ArtifactRetentionTTL, count: options.ArtifactRetentionRecords}
	return &Storage{BasePath: options.StoragePath, Hostname: options.StorageAdvAddress, keep: keep}, nil
}

// NewArtifactFor names the artifact of an object at a revision; nothing is written yet.
func (store *Storage) NewArtifactFor(kind string, object metav1.Object, revision, file string) meta.Artifact {
	artifact := meta.Artifact{
		Path:     path.Join(strings.ToLower(kind), object.GetNamespace(), object.GetName(), file),
		Revision: revision,
	}
	store.SetArtifactURL(&artifact)
	return artifact
}

// SetArtifactURL gives the artifact the address that this process serves it under.
func (store *Storage) SetArtifactURL(artifact *meta.Artifact) {
	if artifact == nil || artifact.Path == "" {
		return
	}
	base := store.Hostname
	if !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://") {
		base = "http://" + base
	}
	artifact.URL = base + "/" + strings.TrimLeft(artifact.Path, "/")
}

// SetHostname answers an address with this process in place of its host.
func (store *Storage) SetHostname(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	parsed.Host = store.Hostname
	return parsed.String()
}

// LocalPath answers the file of an artifact. It lies below BasePath whatever the artifact says: the path is cleaned as
// an absolute one, of which no ".." is left.
func (store *Storage) LocalPath(artifact meta.Artifact) string {
	if artifact.Path == "" {
		return ""
	}
	return filepath.Join(store.BasePath, filepath.Clean("/"+artifact.Path))
}

// MkdirAll makes the folder of an artifact.
func (store *Storage) MkdirAll(artifact meta.Artifact) error {
	return os.MkdirAll(filepath.Dir(store.LocalPath(artifact)), 0o700)
}

// ArtifactExist tells whether the artifact's file is there, as a file and not as a link.
func (store *Storage) ArtifactExist(artifact meta.Artifact) bool {
	found, err := os.Lstat(store.LocalPath(artifact))
	return err == nil && found.Mode().IsRegular()
}

// Remove removes the file of one artifact.
func (store *Storage) Remove(artifact meta.Artifact) error {
	return os.Remove(store.LocalPath(artifact))
}

// RemoveAll removes everything kept of the artifact's object, and answers the folder, or "" when there was none.
func (store *Storage) RemoveAll(artifact meta.Artifact) (string, error) {
	folder := filepath.Dir(store.LocalPath(artifact))
	if _, err := os.Stat(folder); err != nil {
		return "", nil
	}
	return folder, os.RemoveAll(folder)
}

// Symlink makes a link of a fixed name to the artifact, in one step, and answers its address.
func (store *Storage) Symlink(artifact meta.Artifact, name string) (string, error) {
	file := store.LocalPath(artifact)
	link := filepath.Join(filepath.Dir(file), name)
	fresh := link + ".new"
	if err := os.Remove(fresh); err != nil && !os.IsNotExist(err) {
		return "", err
	}
	if err := os.Symlink(filepath.Base(file), fresh); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, link); err != nil {
		return "", err
	}
	linked := meta.Artifact{Path: path.Join(path.Dir(artifact.Path), name)}
	store.SetArtifactURL(&linked)
	return linked.URL, nil
}

// Lock keeps others of this process from writing the same artifact until the answered function is called.
func (store *Storage) Lock(artifact meta.Artifact) (func(), error) {
	held, _ := store.locks.LoadOrStore(store.LocalPath(artifact), &sync.Mutex{})
	mutex, ok := held.(*sync.Mutex)
	if !ok {
		return nil, fmt.Errorf("the lock of %s is no lock", artifact.Path)
	}
	mutex.Lock()
	return mutex.Unlock, nil
}

// CopyToPath serves `spec.include` only, which the stand-in does not do.
func (store *Storage) CopyToPath(*meta.Artifact, string, string) error {
	return fmt.Errorf("this lab's artifact store does not do spec.include")
}
