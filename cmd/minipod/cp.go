package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/transfer"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type cpFlags struct {
	namespace string
	container string
}

func newCpCommand(io streams) *cobra.Command {
	f := &cpFlags{}
	cmd := &cobra.Command{
		Use:     "cp [-c CONTAINER] SOURCE TARGET",
		Short:   "Copy files and folders to and from a container",
		GroupID: groupLook,
		Long: `cp copies a file or a folder, one side being POD:PATH, or NAMESPACE/POD:PATH. The
image needs no tar, and the container need not run. A TARGET that is a folder
gets SOURCE into it; DIR/. as SOURCE is what the folder holds. With - one side
is a tar archive on stdin or stdout. What comes into a container belongs to
root there. On the way out long runs of zeros become holes of a sparse file; on
the way in Docker writes them, as for docker cp. /proc, /sys, /dev and memory in
/dev/shm are the kernel's, and not copied: exec reads and writes them.`,
		Example: `  minipod cp site web:/srv/www
  minipod cp web:/var/log/app.log . -c app
  minipod cp web:/etc - | tar t`,
		ValidArgsFunction: completeCopy,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage(seeHelp(cmd), "cp wants a source and a target")
			}
			return f.run(cmd, io, args[0], args[1])
		},
	}
	registerNamespace(cmd, &f.namespace)
	cmd.Flags().StringVarP(&f.container, "container", "c", "", "the `container` (the first)")
	return cmd
}

// podPath is a path in a container of a pod.
type podPath struct {
	ref  translate.Ref
	path string
}

// splitPath reads [NAMESPACE/]POD:PATH; ok is false for a path of this machine.
func (f *cpFlags) splitPath(text string) (p podPath, ok bool) {
	pod, at, found := strings.Cut(text, ":")
	if !found || pod == "" || strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") {
		return podPath{}, false
	}
	namespace, name, both := strings.Cut(podName(pod), "/")
	if !both {
		namespace, name = namespaceOr(f.namespace), namespace
	}
	return podPath{translate.Ref{Namespace: namespace, Name: name}, at}, true
}

func (f *cpFlags) run(cmd *cobra.Command, io streams, source, target string) error {
	from, fromPod := f.splitPath(source)
	to, toPod := f.splitPath(target)
	switch {
	case fromPod && toPod:
		return usage(seeHelp(cmd), "cp copies between a pod and this machine: one of both sides is POD:PATH")
	case !fromPod && !toPod:
		return usage(seeHelp(cmd), "neither side names a pod: POD:PATH")
	case fromPod && from.path == "" || toPod && to.path == "":
		return usage(seeHelp(cmd), "cp wants a path behind the pod's name: POD:PATH")
	}
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	if toPod {
		return f.upload(cmd.Context(), io, e, source, to)
	}
	return f.download(cmd.Context(), io, e, from, target)
}

// vessel is the container that is meant, running or not: what it is to the
// engine, and to users.
type vessel struct {
	ref  translate.Ref
	unit string
	name string // the Docker name: errors name it
	one  bool   // the pod has no other
}

// find is the container that is meant.
func (f *cpFlags) find(ctx context.Context, e connection, ref translate.Ref) (vessel, error) {
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	if errors.As(err, new(*loop.NotFoundError)) && ref.Namespace != namespaceOr(f.namespace) {
		hint := fmt.Sprintf("cp takes NAMESPACE/POD:PATH: minipod cp -c %s %s:PATH names a container of pod %[2]s", ref.Name, ref.Namespace)
		return vessel{}, &hintedError{err, hint}
	}
	if err != nil {
		return vessel{}, err
	}
	if w.Want == nil {
		return vessel{}, unreadable(ref)
	}
	unit, _, err := chooseContainer(w, f.container)
	if err != nil {
		return vessel{}, err
	}
	at := w.Latest(unit)
	if at == nil {
		return vessel{}, fmt.Errorf("container %s of pod %s has not been created yet", unit, ref)
	}
	return vessel{ref: ref, unit: unit, name: at.Name, one: len(containerNames(w.Want.Pod)) == 1}, nil
}

// upload copies a local path, or an archive on stdin, into a container.
func (f *cpFlags) upload(ctx context.Context, s streams, e connection, source string, to podPath) error {
	var info fs.FileInfo
	if source != "-" {
		var err error
		if info, err = os.Lstat(strings.TrimSuffix(source, string(filepath.Separator)+".")); err != nil {
			return localError(source, err)
		}
	}
	in, err := f.find(ctx, e, to.ref)
	if err != nil {
		return err
	}
	id := in.name
	target, isFolder, err := remoteTarget(ctx, e, id, to.path)
	if err == nil {
		err = in.writable(ctx, e, localFile{source, info}, to.path)
	}
	switch {
	case err != nil:
		return err
	case source == "-" && !isFolder:
		return usage("tar -c FILE | minipod cp - POD:FOLDER", "cp - wants a folder of the pod to unpack an archive in: %s is none", to.path)
	case source == "-":
		return e.CopyTo(ctx, id, target, s.in)
	}
	folder, name := path.Split(target)
	switch {
	case isFolder && contentsOnly(source):
		folder, name = target, "."
	case isFolder:
		folder, name = target, baseOf(source)
	case strings.HasSuffix(to.path, "/") && !info.IsDir():
		return fmt.Errorf("%s is no folder in pod %s", to.path, to.ref)
	default:
		if _, there, err := remoteTarget(ctx, e, id, folder); err != nil || !there {
			return cmp.Or(err, fmt.Errorf("there is no folder %s in pod %s", path.Clean(folder), to.ref))
		}
	}
	if !transfer.Copied(info.Mode()) {
		return fmt.Errorf("%s is neither a file, a folder nor a link: cp copies nothing else", source)
	}
	c := tell.NewConsole(s.err)
	err = e.CopyTo(ctx, id, folder, packed(source, name, leftOut(c)))
	if err != nil && ctx.Err() != nil {
		c.Warn(fmt.Sprintf("what is at %s in pod %s may be incomplete", path.Join(folder, name), to.ref))
	}
	return err
}

// packed is the archive of a local path. Its error is that of reading it.
func packed(source, name string, skipped func(string)) io.Reader {
	out, in := io.Pipe()
	go func() { in.CloseWithError(transfer.Pack(in, filepath.Clean(source), name, skipped)) }()
	return out
}

// leftOut warns of what cp does not copy.
func leftOut(c tell.Console) func(at string) {
	return func(at string) { c.Warn(at + " is left out: it is neither a file, a folder nor a link") }
}

// remoteTarget is a path of a container, symlinks resolved, and whether it is a
// folder that is there.
func remoteTarget(ctx context.Context, e connection, id, at string) (string, bool, error) {
	clean := path.Clean("/" + at)
	found, err := e.Stat(ctx, id, clean)
	switch {
	case err != nil && absentIn(ctx, e, id, clean, err):
		return clean, false, nil
	case err != nil:
		return "", false, err
	case found.Mode&fs.ModeSymlink != 0 && found.Link != "" && found.Link != clean:
		return remoteTarget(ctx, e, id, found.Link)
	}
	return clean, found.Mode.IsDir(), nil
}

// absentIn reports whether an error is that of a path that is not there: the
// engine has another one for what would be in a file.
func absentIn(ctx context.Context, e connection, id, at string, err error) bool {
	if errors.Is(err, plan.ErrStale) || errors.Is(err, plan.ErrUnreachable) || ctx.Err() != nil || at == "/" {
		return errors.Is(err, plan.ErrStale)
	}
	_, isFolder, err := remoteTarget(ctx, e, id, path.Dir(at))
	return err == nil && !isFolder
}

// download copies a path of a container to here, or as an archive to stdout.
func (f *cpFlags) download(ctx context.Context, s streams, e connection, from podPath, target string) error {
	in, err := f.find(ctx, e, from.ref)
	if err != nil {
		return err
	}
	if err := in.readable(ctx, e, from.path, target); err != nil {
		return err
	}
	at := path.Clean("/" + from.path)
	archive, err := e.CopyFrom(ctx, in.name, at)
	if err != nil && absentIn(ctx, e, in.name, at, err) {
		return fmt.Errorf("%s is not there in pod %s", from.path, from.ref)
	}
	if err != nil {
		return err
	}
	defer archive.Close()
	if target == "-" {
		_, err := io.Copy(s.out, archive)
		return err
	}
	folder, name := filepath.Split(filepath.Clean(target))
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		folder, name = target, baseOf(from.path)
		if contentsOnly(from.path) {
			name = "."
		}
	} else if strings.HasSuffix(target, string(filepath.Separator)) {
		return fmt.Errorf("%s is no folder", target)
	}
	if folder == "" {
		folder = "."
	}
	if _, err := os.Stat(folder); err != nil {
		return localError(filepath.Clean(folder), err)
	}
	return transfer.Unpack(archive, folder, name, leftOut(tell.NewConsole(s.err)))
}

// localError is about a path of this machine, without the system call.
func localError(name string, err error) error {
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// contentsOnly tells DIR/. from DIR.
func contentsOnly(at string) bool { return at == "." || strings.HasSuffix(at, "/.") }

// baseOf is the last part of a path, of the folder itself for DIR/. too.
func baseOf(at string) string { return path.Base(path.Clean("/" + filepath.ToSlash(at))) }
