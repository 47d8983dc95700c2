package main

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

// group is a process group that ends with this program, however that ends: killed with -9 too. It
// is apart from the terminal's, so that Ctrl-C does not reach it, and takes in the children of its
// processes unless they leave it. The package hack/group is the same for the other module.
type group struct {
	guard *exec.Cmd
	life  io.Closer
}

// newGroup starts a group. Its owner calls end.
func newGroup() (*group, error) {
	g := &group{guard: exec.Command("sh", "-c", guard)}
	g.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := g.start(); err != nil {
		return nil, fmt.Errorf("start a process group: %w", err)
	}
	return g, nil
}

func (g *group) start() error {
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
		return errors.Join(err, g.end())
	}
	return nil
}

// join makes a command that has not been started a member of the group.
func (g *group) join(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.guard.Process.Pid}
}

// signal tells all members, the guard too, which heeds neither SIGINT nor SIGTERM.
func (g *group) signal(signal syscall.Signal) error {
	return os.NewSyscallError("kill", syscall.Kill(-g.guard.Process.Pid, signal))
}

// end kills what is left of the group.
func (g *group) end() error {
	err := errors.Join(g.signal(syscall.SIGKILL), g.life.Close())
	var killed *exec.ExitError
	if ended := g.guard.Wait(); !errors.As(ended, &killed) {
		err = errors.Join(err, ended)
	}
	return err
}
