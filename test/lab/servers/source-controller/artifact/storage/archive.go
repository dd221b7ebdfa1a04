package storage

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"
)

// ArchiveFileFilter tells which files and folders stay out of an archive.
type ArchiveFileFilter func(path string, info os.FileInfo) bool

// SourceIgnoreFilter leaves out what the patterns say; without any, what Flux leaves out by default.
func SourceIgnoreFilter(patterns []gitignore.Pattern, domain []string) ArchiveFileFilter {
	matcher := sourceignore.NewDefaultMatcher(nil, domain)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(domain), patterns...))
	}
	return func(path string, info os.FileInfo) bool {
		return matcher.Match(strings.Split(path, string(filepath.Separator)), info.IsDir())
	}
}

// Archive stores a folder as a compressed tar: regular files and folders, without owners and times, in order of name,
// so that equal folders give equal bytes.
func (store *Storage) Archive(artifact *meta.Artifact, folder string, filter ArchiveFileFilter) error {
	if found, err := os.Stat(folder); err != nil || !found.IsDir() {
		return fmt.Errorf("there is no folder %s to archive", folder)
	}
	return store.write(artifact, func(to io.Writer) error {
		compressed := gzip.NewWriter(to)
		archive := tar.NewWriter(compressed)
		if err := addAll(archive, folder, filter); err != nil {
			return err
		}
		if err := archive.Close(); err != nil {
			return err
		}
		return compressed.Close()
	})
}

func addAll(archive *tar.Writer, folder string, filter ArchiveFileFilter) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		// An ignored folder is walked on: a later pattern may take a file below it back in.
		if !(info.Mode().IsRegular() || info.IsDir()) || (filter != nil && filter(path, info)) {
			return nil
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return add(archive, path, filepath.ToSlash(name), info)
	})
}

func add(archive *tar.Writer, path, name string, info fs.FileInfo) error {
	header := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), Typeflag: tar.TypeDir}
	if info.Mode().IsRegular() {
		header.Typeflag, header.Size = tar.TypeReg, info.Size()
	} else {
		header.Name += "/"
	}
	if err := archive.WriteHeader(header); err != nil || info.IsDir() {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(archive, file)
	return err
}
