package lesson

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// shell runs the commands of a lesson in a folder of its own, as the learner
// would type them.
type shell struct {
	dir string
	env []string
}

// newShell has minipod be the program that runs.
func newShell(dir, program string) (*shell, error) {
	bin := filepath.Join(dir, ".bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(program, filepath.Join(bin, "minipod")); err != nil {
		return nil, err
	}
	return &shell{dir: dir, env: append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))}, nil
}

// patience is how long commands that were asked to end may take for it.
const patience = 5 * time.Second

// run runs a script to its end and returns its exit code. When ctx ends, so do
// its commands, and the error says why ctx ended.
func (s *shell) run(ctx context.Context, script string, out io.Writer) (code int, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	read, write, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer read.Close()
	process, err := os.StartProcess("/bin/sh", []string{"sh", "-c", script}, &os.ProcAttr{
		Dir: s.dir, Env: s.env, Files: []*os.File{null, write, write}, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	write.Close()
	if err != nil {
		return 0, fmt.Errorf("start /bin/sh: %w", err)
	}
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(out, read)
		copied <- err
	}()
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { end(process.Pid, ended) })
	defer stop()
	state, err := process.Wait()
	close(ended)
	if err != nil {
		return 0, fmt.Errorf("wait for /bin/sh: %w", err)
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	// What a command has left in the background may hold the pipe for long.
	select {
	case err = <-copied:
	case <-time.After(drain):
		read.Close()
		<-copied
	}
	return state.ExitCode(), err
}

// drain is how long what was written last may take to be read.
const drain = 300 * time.Millisecond

// end asks the processes of a script to end, and ends them when it has not
// ended by then. Those that have ended already are no failure.
func end(group int, ended <-chan struct{}) {
	_ = syscall.Kill(-group, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(patience):
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}
}
