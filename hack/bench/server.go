package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/minipod/minipod/hack/group"
)

// server is a minipod serve whose memory is watched.
type server struct {
	cmd        *exec.Cmd
	group      *group.Group
	folder     string
	kubeconfig string
	heard      chan struct{} // closed when its standard error has ended

	mu          sync.Mutex
	collections int    // how often Go's garbage collector has run
	live        string // what was live after the last time, such as "5 MB"
	said        string // the last line that is not about that
}

// startServer starts one and waits until it answers. Go's runtime is told to
// say what each garbage collection leaves: serve needs nothing for that.
func startServer(ctx context.Context, minipod string) (*server, error) {
	folder, err := os.MkdirTemp("", "minipod-bench-")
	if err != nil {
		return nil, err
	}
	s := &server{folder: folder, kubeconfig: filepath.Join(folder, "kubeconfig"), heard: make(chan struct{})}
	s.cmd = exec.Command(minipod, "serve", "--write-kubeconfig="+s.kubeconfig)
	s.cmd.Env = append(os.Environ(), "GODEBUG=gctrace=1")
	if err := s.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start serve (make build makes it): %w", err), os.RemoveAll(folder))
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// start starts the process in a group: Ctrl-C is for the bench, which needs the
// server to clean up, and a bench that is killed leaves no server behind.
func (s *server) start() error {
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if s.group, err = group.New(); err != nil {
		return err
	}
	s.group.Join(s.cmd)
	if err := s.cmd.Start(); err != nil {
		return errors.Join(err, s.group.End())
	}
	go s.listen(stderr)
	return nil
}

// awaitReady waits for the kubeconfig: serve writes it when it listens.
func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if _, err := os.Stat(s.kubeconfig); err == nil {
			return nil
		}
		select {
		case <-s.heard:
			return fmt.Errorf("serve ended before it was ready: %s", s.said)
		case <-ctx.Done():
			return fmt.Errorf("wait for serve: %w", ctx.Err())
		case <-again.C:
		}
	}
}

// collection is a line of the garbage collector; the last number of the three
// is what is live.
var collection = regexp.MustCompile(`^gc \d+ @.* \d+->\d+->(\d+ MB),`)

func (s *server) listen(stderr io.Reader) {
	defer close(s.heard)
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		s.mu.Lock()
		if found := collection.FindStringSubmatch(lines.Text()); found != nil {
			s.collections++
			s.live = found[1]
		} else {
			s.said = lines.Text()
		}
		s.mu.Unlock()
	}
}

// memory is what the process holds. The pods are listed until the garbage
// collector has run, and once more: what it says then is of now.
func (s *server) memory(ctx context.Context, a *api) (string, error) {
	for range 2 {
		before, _ := s.heap()
		for now := before; now == before; now, _ = s.heap() {
			if err := a.do(ctx, "GET", "/api/v1/pods", nil, nil); err != nil {
				return "", err
			}
		}
	}
	resident, err := residentMemory(s.cmd.Process.Pid)
	if err != nil {
		return "", err
	}
	_, live := s.heap()
	return fmt.Sprintf("%s kB resident, %s of heap live", resident, live), nil
}

func (s *server) heap() (collections int, live string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.collections, s.live
}

// stop ends the server as Ctrl-C does, and by force if that does not help.
func (s *server) stop() error {
	defer os.RemoveAll(s.folder)
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.heard:
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.heard
	}
	if err := errors.Join(s.cmd.Wait(), s.group.End()); err != nil {
		return fmt.Errorf("stop serve: %w", err)
	}
	return nil
}
