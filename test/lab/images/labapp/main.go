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

// settings are the flags that hold for the whole run; the others are steps, done in the order given.
type settings struct {
	health     string
	readyAfter time.Duration
	exitAfter  time.Duration
	exits      bool
	status     int
}

type step func(*settings) error

func fail(status int, format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(status)
}

func main() {
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM, syscall.SIGINT)
	// The first process of a container has no default action for SIGTERM, so it must be one of ours.
	go func() { <-terminate; os.Exit(0) }()
	if filepath.Base(os.Args[0]) == "pause" {
		select {}
	}

	var set settings
	var steps []step
	for _, argument := range os.Args[1:] {
		name, value, found := strings.Cut(argument, "=")
		next, err := parse(&set, name, value)
		if !found || err != nil {
			fail(2, "labapp: bad flag %q\n%s", argument, usage)
		}
		if next != nil {
			steps = append(steps, next)
		}
	}
	for _, run := range steps {
		if err := run(&set); err != nil {
			fail(1, "labapp: %v", err)
		}
	}
	if set.exitAfter > 0 {
		time.Sleep(set.exitAfter)
		os.Exit(set.status)
	}
	if set.exits {
		os.Exit(set.status)
	}
	select {}
}

func listen(port string, set *settings) error {
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return fmt.Errorf("cannot listen on port %s: %v", port, err)
	}
	started := time.Now()
	fmt.Printf("labapp: listening on port %s\n", port)
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
