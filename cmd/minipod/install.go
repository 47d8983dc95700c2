package main

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	goruntime "runtime"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/docker"
)

// put has the engine keep its pods itself, by this program or by the one that
// was named.
func (f *superviseFlags) put(ctx context.Context, c tell.Console) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	arch, err := e.Arch(ctx)
	if err != nil {
		return err
	}
	data, err := f.programFor(ctx, arch)
	if err != nil {
		return err
	}
	changed, err := e.Install(ctx, docker.Program{
		Arch: arch, Data: data, Args: []string{commandSupervise, "--" + flagInstalled}, Socket: f.socket,
	})
	switch {
	case err != nil:
		return err
	case !changed:
		c.Say("container %s keeps the pods already", docker.InstalledName)
		return nil
	}
	c.Say("container %s keeps the pods of the engine at %s; docker logs %[1]s shows what it says, minipod supervise --uninstall takes it away",
		docker.InstalledName, e.Address())
	return relieve(ctx, e, c)
}

// relieve ends the supervisor of this machine: the engine's own does its work.
func relieve(ctx context.Context, e connection, c tell.Console) error {
	at, err := place(e)
	if err != nil {
		return err
	}
	holder, held, err := at.Holder()
	if err != nil || !held || holder.Command == commandServe {
		return err
	}
	if err := at.Stop(ctx, holder); err != nil {
		return err
	}
	c.Say("stopped %s", holder)
	return nil
}

// takeAway undoes put.
func takeAway(ctx context.Context, c tell.Console) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	was, err := e.Uninstall(ctx)
	switch {
	case err != nil:
		return err
	case was:
		c.Say("removed container %s; the pods are left as they are", docker.InstalledName)
	default:
		c.Say("the engine at %s has no container %s", e.Address(), docker.InstalledName)
	}
	return nil
}

// programFor is a minipod that runs on Linux on such a processor.
func (f *superviseFlags) programFor(ctx context.Context, arch string) ([]byte, error) {
	name := f.program
	if name == "" {
		own, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		name = own
	}
	data, err := manifest.Interruptibly(ctx, func() ([]byte, error) { return os.ReadFile(name) })
	if err != nil {
		return nil, err
	}
	if err := runsOn(data, arch); err != nil {
		return nil, &foreignError{program: name, arch: arch, err: err}
	}
	return data, nil
}

// machines are the processors by Go's names.
var machines = map[string]elf.Machine{
	"386": elf.EM_386, "amd64": elf.EM_X86_64, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64,
	"ppc64le": elf.EM_PPC64, "riscv64": elf.EM_RISCV, "s390x": elf.EM_S390,
}

// runsOn says why a program does not run alone in an image.
func runsOn(data []byte, arch string) error {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return errors.New("it is no Linux program")
	}
	if f.Machine != machines[arch] {
		return fmt.Errorf("it is for %s", f.Machine)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("it wants libraries, which an image of it alone has not")
		}
	}
	return nil
}

// foreignError says that a program cannot be put into an engine.
type foreignError struct {
	program, arch string
	err           error
}

func (e *foreignError) Error() string {
	return fmt.Sprintf("the engine's machine is linux/%s, and %s cannot run there: %s", e.arch, e.program, e.err)
}

func (e *foreignError) Unwrap() error { return e.err }

func (e *foreignError) Hint() string {
	return fmt.Sprintf("build one (this is %s/%s) and name it: CGO_ENABLED=0 GOOS=linux GOARCH=%s go build -o minipod-linux ./cmd/minipod; minipod supervise --install --program minipod-linux",
		goruntime.GOOS, goruntime.GOARCH, e.arch)
}
