package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

const (
	readyWithin   = time.Minute
	stopWithin    = 30 * time.Second
	cleanupWithin = 2 * time.Minute
)

// server is a running minipod serve.
type server struct {
	place      place
	kubeconfig string
	log        string
	cmd        *exec.Cmd
	group      *group
	ended      chan error // closed once the process has been waited for
}

// startServer starts the program minipod and waits until it answers. The server outlives ctx: stop
// ends it.
func startServer(ctx context.Context, place place, minipod, folder string) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(folder, "kubeconfig")
	s := &server{
		place: place, kubeconfig: kubeconfig, log: filepath.Join(folder, "serve.log"),
		cmd:   exec.Command(minipod, "serve", "--http="+address, "--write-kubeconfig="+kubeconfig),
		ended: make(chan error, 1),
	}
	out, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("make serve's log: %w", err)
	}
	defer out.Close()
	s.cmd.Stdout, s.cmd.Stderr = out, out
	if err := s.start(); err != nil {
		return nil, fmt.Errorf("start serve: %w", err)
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// start starts the process in a group: Ctrl-C is for this program, which still needs the server to
// clean up. Left behind by a program that was killed, it would go on keeping the engine's pods.
func (s *server) start() (err error) {
	if s.group, err = newGroup(); err != nil {
		return err
	}
	s.group.join(s.cmd)
	if err := s.cmd.Start(); err != nil {
		return errors.Join(err, s.group.end())
	}
	go func() {
		s.ended <- s.cmd.Wait()
		close(s.ended)
	}()
	return nil
}

// freeAddress is a loopback address that nobody listened on a moment ago.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// awaitReady asks the server for its version, through the kubeconfig it writes, until it says it.
func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	again := time.NewTicker(250 * time.Millisecond)
	defer again.Stop()
	for {
		if exists(s.kubeconfig) && s.kubectl(ctx, "get", "--raw", "/version") == nil {
			return nil
		}
		select {
		case err := <-s.ended:
			return fmt.Errorf("serve ended before it was ready (%w); its log is %s", endedBy(err), s.log)
		case <-ctx.Done():
			return fmt.Errorf("wait for serve: %w; its log is %s", ctx.Err(), s.log)
		case <-again.C:
		}
	}
}

func endedBy(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func (s *server) kubectl(ctx context.Context, args ...string) error {
	args = append([]string{"--kubeconfig=" + s.kubeconfig}, args...)
	return exec.CommandContext(ctx, filepath.Join(s.place.bin(), "kubectl"), args...).Run()
}

// cleanUp removes the namespaces that the tests made: none of them waits for that.
func (s *server) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWithin)
	defer cancel()
	if err := s.kubectl(ctx, "delete", "namespaces", "--selector=e2e-framework", "--wait=true"); err != nil {
		say("warning: remove the tests' namespaces: %v", err)
	}
}

// memory is what the server's process holds, and the most it ever held.
func (s *server) memory() (string, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "", fmt.Errorf("look at serve's memory: %w", err)
	}
	now := regexp.MustCompile(`VmRSS:\s*(\d+ kB)`).FindSubmatch(status)
	most := regexp.MustCompile(`VmHWM:\s*(\d+ kB)`).FindSubmatch(status)
	if now == nil || most == nil {
		return "", errors.New("look at serve's memory: the process has ended")
	}
	return fmt.Sprintf("%s at the end, %s at most", now[1], most[1]), nil
}

// stop ends the server as Ctrl-C does, and by force if that does not help.
func (s *server) stop() error {
	return errors.Join(s.interrupt(), s.group.end())
}

func (s *server) interrupt() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop serve: %w", err)
	}
	select {
	case <-s.ended:
		return nil
	case <-time.After(stopWithin):
		return fmt.Errorf("stop serve: it went on for %s after SIGINT and was killed; its log is %s", stopWithin, s.log)
	}
}
