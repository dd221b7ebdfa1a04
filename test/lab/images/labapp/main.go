// labapp is the program inside every container of a scenario: it behaves as its flags say.
// Called by the name "pause" it only holds a pod's namespaces.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const usage = `usage: labapp [flags], in any order; each may be repeated
  --log=TEXT                 prints TEXT
  --require-env=NAME[=VALUE] exits 1 unless the variable is set (to VALUE)
  --require-file=PATH        exits 1 unless the file exists
  --require-dns=HOST         exits 1 unless the name resolves within 5s
  --require-connect=HOST:PORT exits 1 unless a connection opens within 3s
  --write=PATH               creates a file there, exits 1 if it cannot
  --hold-memory=SIZE         allocates and touches SIZE (64Mi, 1G, bytes)
  --listen=PORT              answers HTTP on the port, exits 1 if it is taken
  --health=PATH              answers 200 on that path, 404 on others
  --ready-after=DURATION     the health path answers 503 until then
  --exit-after=DURATION      ends after that time
  --exit=N                   ends with status N after everything else
`

// settings is what the flags say together. The program logs and checks in the order of its flags, then takes its memory,
// then listens, then waits, then exits.
type settings struct {
	checks     []step
	memory     []step
	ports      []string
	health     string
	readyAfter time.Duration
	exitAfter  time.Duration
	exits      bool
	status     int
}

type step func() error

func fail(status int, format string, args ...any) {
	fmt.Printf("labapp: "+format+"\n", args...)
	os.Exit(status)
}

func main() {
	started := time.Now()
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM, syscall.SIGINT)
	// The first process of a container has no default action for SIGTERM, so it must be one of ours.
	go func() { <-terminate; os.Exit(0) }()
	if filepath.Base(os.Args[0]) == "pause" {
		select {}
	}

	var set settings
	for _, argument := range os.Args[1:] {
		name, value, found := strings.Cut(argument, "=")
		if !found || parse(&set, name, value) != nil {
			fail(2, "unknown or malformed flag %s\n%s", argument, usage)
		}
	}
	for _, run := range append(set.checks, set.memory...) {
		if err := run(); err != nil {
			fail(1, "%v", err)
		}
	}
	for _, port := range set.ports {
		if err := listen(port, &set, started); err != nil {
			fail(1, "%v", err)
		}
	}
	time.Sleep(set.exitAfter)
	if set.exits {
		os.Exit(set.status)
	}
	select {}
}

func listen(port string, set *settings, started time.Time) error {
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	fmt.Printf("listening on :%s\n", port)
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case set.health == "" || r.URL.Path != set.health:
				http.NotFound(w, r)
			case time.Since(started) < set.readyAfter:
				http.Error(w, "not ready", http.StatusServiceUnavailable)
			default:
				_, _ = fmt.Fprintln(w, "ok")
			}
		}))
	}()
	return nil
}
