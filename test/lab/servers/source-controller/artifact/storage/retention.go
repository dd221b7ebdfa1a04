package storage

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
)

// retention says how many artifacts of one object are kept, the present one included, and how long earlier ones.
type retention struct {
	age   time.Duration
	count int
}

type kept struct {
	path string
	at   time.Time
}

// GarbageCollect removes earlier artifacts of the same object that are too old or too many, and answers their files.
func (store *Storage) GarbageCollect(ctx context.Context, artifact meta.Artifact, timeout time.Duration) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	earlier, err := earlierThan(store.LocalPath(artifact))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(earlier, func(a, b kept) int { return b.at.Compare(a.at) })
	var removed []string
	for place, file := range earlier {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		if place+1 < store.keep.count && time.Since(file.at) <= store.keep.age {
			continue
		}
		if err := os.Remove(file.path); err != nil {
			return removed, err
		}
		removed = append(removed, file.path)
	}
	return removed, nil
}

// earlierThan lists the other files of the folder; the link to the latest is none.
func earlierThan(present string) ([]kept, error) {
	folder := filepath.Dir(present)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []kept
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || filepath.Join(folder, entry.Name()) == present {
			continue
		}
		files = append(files, kept{path: filepath.Join(folder, entry.Name()), at: info.ModTime()})
	}
	return files, nil
}
