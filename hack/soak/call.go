package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// call is one minipod to be run about one pod.
type call struct {
	pod    string
	args   []string
	killed time.Duration // after this time, with -9; 0 is not at all
	must   bool          // succeed
	env    []string      // besides the soak's own
}

func (c call) String() string {
	text := "minipod " + strings.Join(c.args, " ")
	if c.killed > 0 {
		text += fmt.Sprintf(" (killed after %s)", c.killed)
	}
	return text
}

// ending is how a call ended.
type ending struct {
	call  call
	began time.Time
	took  time.Duration
	code  int // -1 when it was ended by a signal
	hung  bool
	said  string
}

// never lists what a minipod should not say.
func never() []string { return []string{"panic: ", "goroutine ", "not of a pod"} }

// wrong is what is not right about an ending, or "".
func (e ending) wrong() string {
	if e.hung {
		return "hangs"
	}
	for _, words := range never() {
		if strings.Contains(e.said, words) {
			return fmt.Sprintf("says %q", words)
		}
	}
	switch {
	case e.code == 0, e.code == -1 && e.call.killed > 0:
		return ""
	case e.code == 1 && !e.call.must:
		return "" // the pod is not there, or somebody else removed it meanwhile
	default:
		return fmt.Sprintf("ends with code %d", e.code)
	}
}

// brief is what the minipod said; of the dump of its goroutines it has minipod's own functions.
func (e ending) brief() string {
	said, dump, _ := strings.Cut(e.said, "SIGQUIT: quit")
	for line := range strings.Lines(dump) {
		if strings.HasPrefix(line, "main.") || strings.HasPrefix(line, "github.com/minipod/") || strings.HasPrefix(line, "goroutine ") {
			said += line
		}
	}
	return strings.TrimSpace(said)
}

// notStarted is the code of a call whose program did not start: that of shells.
const notStarted = 127

// dumps is how long a minipod that hangs has for writing where its goroutines are.
const dumps = 2 * time.Second

// do runs a call to its end.
func (s *soak) do(ctx context.Context, c call) ending {
	e := ending{call: c, began: time.Now()}
	limit := s.within
	if c.killed > 0 {
		limit = min(limit, c.killed)
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(within, s.minipod, c.args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), c.env...)
	s.processes.Join(cmd)
	if c.killed == 0 {
		cmd.Cancel = func() error {
			e.hung = ctx.Err() == nil
			return cmd.Process.Signal(syscall.SIGQUIT)
		}
	}
	cmd.WaitDelay = dumps
	err := cmd.Run()
	e.took, e.said = time.Since(e.began), said.String()
	if cmd.ProcessState == nil { // it was not started
		e.code, e.said = notStarted, err.Error()
	} else {
		e.code = cmd.ProcessState.ExitCode()
	}
	return e
}
