package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestInterruptedReading: a command that waits for a manifest ends with the first
// signal, wherever the manifest is to come from.
func TestInterruptedReading(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "pod.yaml")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"run", fifo}, {"validate", fifo}, {"explain", fifo}, {"diagnose", fifo}, {"rm", "-f", fifo}, {"stop", "-f", fifo},
		{"run", "-"}, {"validate", "-"}, {"explain", "-"}, {"rm", "-f", "-"},
	} {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			cmd := minipod(t, "", args...)
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin = r
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			r.Close()
			if args[len(args)-1] == fifo {
				w.Close()
				if w, err = os.OpenFile(fifo, os.O_WRONLY, 0); err != nil {
					t.Fatal(err)
				}
			}
			// More than a pipe holds: it is being read then.
			if _, err := w.Write(bytes.Repeat([]byte("#"), 1<<18)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the exit code tells
			w.Close()
			if code := cmd.ProcessState.ExitCode(); code != exitSignal+int(sig) {
				t.Errorf("%v, %v: exit code %d", args, sig, code)
			}
		}
	}
}

// TestManifestFromTerminal: who is to type a manifest is told so.
func TestManifestFromTerminal(t *testing.T) {
	for _, arg := range []string{"-", "/dev/stdin"} {
		s := newScreen(t, minipod(t, "", "validate", arg), 24, 80)
		s.shows(`reading a manifest from the terminal: Ctrl-D on a line of its own ends it\r\n`)
		s.types("kind: Pad\n\x04")
		s.shows(`kind: unknown kind "Pad"`)
		if code := s.ends(); code != exitFailed {
			t.Errorf("%s: exit code %d", arg, code)
		}
		s = newScreen(t, minipod(t, "", "run", arg), 24, 80)
		s.shows(`reading a manifest`)
		s.types("\x03")
		s.shows(`minipod: .*interrupted`)
		if code := s.ends(); code != 130 {
			t.Errorf("%s: exit code %d", arg, code)
		}
	}
}
