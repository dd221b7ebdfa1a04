// Package config holds what a process is told about its artifact store. Part of the lab's stand-in.
package config

import (
	"time"

	"github.com/spf13/pflag"
)

// Options are the flags of the store; source-controller binds them to its own command line.
type Options struct {
	StoragePath              string
	StorageAddress           string
	StorageAdvAddress        string
	ArtifactRetentionTTL     time.Duration
	ArtifactRetentionRecords int
	ArtifactDigestAlgo       string
}

// BindFlags adds the options to a flag set under the names that source-controller documents.
func (options *Options) BindFlags(flags *pflag.FlagSet) {
	flags.StringVar(&options.StoragePath, "storage-path", "", "folder of the artifacts")
	flags.StringVar(&options.StorageAddress, "storage-addr", "127.0.0.1:9790", "address that serves the artifacts")
	flags.StringVar(&options.StorageAdvAddress, "storage-adv-addr", "127.0.0.1:9790", "address that other controllers are told")
	flags.DurationVar(&options.ArtifactRetentionTTL, "artifact-retention-ttl", time.Minute, "age up to which an earlier artifact is kept")
	flags.IntVar(&options.ArtifactRetentionRecords, "artifact-retention-records", 2, "most artifacts kept of one object")
	flags.StringVar(&options.ArtifactDigestAlgo, "artifact-digest-algo", "sha256", "algorithm of the digests")
}
