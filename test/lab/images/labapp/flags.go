package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// parse reads one flag into the settings.
func parse(set *settings, name, value string) (err error) {
	if value == "" && name != "--log" {
		return fmt.Errorf("flag %s has no value", name)
	}
	check := func(run step) { set.checks = append(set.checks, run) }
	switch name {
	case "--log":
		check(func() error { fmt.Println(value); return nil })
	case "--require-env":
		check(func() error { return requireEnv(value) })
	case "--require-file":
		check(func() error { return requireFile(value) })
	case "--require-dns":
		check(func() error { return requireDNS(value) })
	case "--require-connect":
		_, _, err = net.SplitHostPort(value)
		check(func() error { return requireConnect(value) })
	case "--write":
		check(func() error { return write(value) })
	case "--hold-memory":
		var size int64
		size, err = quantity(value)
		set.memory = append(set.memory, func() error { hold(size, value); return nil })
	case "--listen":
		_, err = strconv.ParseUint(value, 10, 16)
		set.ports = append(set.ports, value)
	case "--health":
		set.health = value
	case "--ready-after":
		set.readyAfter, err = time.ParseDuration(value)
	case "--exit-after":
		set.exits = true
		set.exitAfter, err = time.ParseDuration(value)
	case "--exit":
		set.exits = true
		set.status, err = strconv.Atoi(value)
	default:
		err = fmt.Errorf("unknown flag %s", name)
	}
	return err
}

func requireEnv(want string) error {
	name, value, exact := strings.Cut(want, "=")
	got, found := os.LookupEnv(name)
	if !found {
		return fmt.Errorf("required environment variable %s is not set", name)
	}
	if exact && got != value {
		return fmt.Errorf("environment variable %s is %q, want %q", name, got, value)
	}
	return nil
}

func requireFile(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("required file %s: no such file or directory", path)
	}
	return nil
}

func requireDNS(host string) error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := net.DefaultResolver.LookupHost(ctx, host)
		cancel()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("lookup %s: no such host", host)
		}
		time.Sleep(250 * time.Millisecond)
	}
}

func requireConnect(address string) error {
	deadline := time.Now().Add(3 * time.Second)
	for {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return connection.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("dial tcp %s: %v", address, reason(err))
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// reason is what went wrong below the dial, without the address that it adds.
func reason(err error) error {
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Err
	}
	return err
}

// write makes a file at the path, or in it when it is a folder.
func write(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "labapp")
	}
	if err := os.WriteFile(path, []byte("labapp\n"), 0o644); err != nil {
		var refused *os.PathError
		if errors.As(err, &refused) {
			err = refused.Err
		}
		return fmt.Errorf("cannot create %s: %v", path, err)
	}
	return nil
}

var held [][]byte

// hold takes memory in steps, so that the kernel kills the program at the limit and not before.
func hold(size int64, text string) {
	debug.SetGCPercent(-1)
	const chunk = 1 << 20
	for taken := int64(0); taken < size; taken += chunk {
		block := make([]byte, min(chunk, size-taken))
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		held = append(held, block)
	}
	fmt.Printf("holding %s\n", text)
}

// quantity reads a Kubernetes quantity of bytes: 100Mi, 1G, 4096.
func quantity(text string) (int64, error) {
	units := map[string]float64{"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "": 1}
	number := strings.TrimRight(text, "KMGTik")
	scale, known := units[text[len(number):]]
	amount, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || amount < 0 {
		return 0, fmt.Errorf("bad size %q", text)
	}
	return int64(amount * scale), nil
}
