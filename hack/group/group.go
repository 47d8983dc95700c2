// Package group starts processes that end with the program that started them, however it ends:
// killed with -9 too. hack/conformance, a module of its own, has the same in its group.go.
package group

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// guard is a shell that says when it is ready and waits for the end of its input, which comes when
// nobody holds the other end any more. Then it kills its process group, itself included.
const guard = `trap '' INT TERM; echo; read -r _; kill -KILL 0`

// Group is a process group, apart from the terminal's: Ctrl-C does not reach it. It takes in the
// children of its processes too, unless they leave it.
type Group struct {
	guard *exec.Cmd
	life  io.Closer
}

// New starts a group. Its owner calls End.
func New() (*Group, error) {
	g := &Group{guard: exec.Command("sh", "-c", guard)}
	g.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := g.start(); err != nil {
		return nil, fmt.Errorf("start a process group: %w", err)
	}
	return g, nil
}

func (g *Group) start() error {
	life, err := g.guard.StdinPipe()
	if err != nil {
		return err
	}
	ready, err := g.guard.StdoutPipe()
	if err != nil {
		return err
	}
	if err := g.guard.Start(); err != nil {
		return err
	}
	g.life = life
	if _, err := ready.Read(make([]byte, 1)); err != nil {
		return errors.Join(err, g.End())
	}
	return nil
}

// Join makes a command that has not been started a member of the group.
func (g *Group) Join(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.guard.Process.Pid}
}

// Signal tells all members, the guard too, which heeds neither SIGINT nor SIGTERM.
func (g *Group) Signal(signal syscall.Signal) error {
	return os.NewSyscallError("kill", syscall.Kill(-g.guard.Process.Pid, signal))
}

// End kills what is left of the group.
func (g *Group) End() error {
	err := errors.Join(g.Signal(syscall.SIGKILL), g.life.Close())
	var killed *exec.ExitError
	if ended := g.guard.Wait(); !errors.As(ended, &killed) {
		err = errors.Join(err, ended)
	}
	return err
}
