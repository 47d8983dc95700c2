package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// kernelError says that cp does not reach what the kernel shows in a container
// while it runs: Docker copies files of the image and of volumes.
type kernelError struct{ message, hint string }

func (e *kernelError) Error() string { return e.message }

// Hint is the command that does it.
func (e *kernelError) Hint() string { return e.hint }

// localFile is a file or folder of this machine; - is an archive on stdin.
type localFile struct {
	name string
	info fs.FileInfo // nil for -
}

// readable is the error of a copy to here of a path that Docker does not see.
func (v vessel) readable(ctx context.Context, e connection, at, target string) error {
	at = path.Clean("/" + at)
	folder, _, err := realPath(ctx, e, v.name, path.Dir(at)) // a link is copied as a link
	if err != nil {
		return err
	}
	real := path.Join(folder, path.Base(at))
	if seen, err := e.Sees(ctx, v.name, real); seen || err != nil {
		return err
	}
	into := " > " + target
	switch {
	case target == "-":
		into = ""
	case target == "." || strings.HasSuffix(target, "/"):
		into = " > " + path.Join(target, path.Base(at))
	}
	return v.kernelError(at, v.exec("exec")+" -- cat "+at+into)
}

// writable is the error of a copy of something of this machine to a path that
// Docker does not see.
func (v vessel) writable(ctx context.Context, e connection, source localFile, at string) error {
	real, isFolder, err := realPath(ctx, e, v.name, path.Clean("/"+at))
	if err != nil {
		return err
	}
	isFolder = isFolder || strings.HasSuffix(at, "/")
	at = path.Clean("/" + at)
	if isFolder && source.info != nil && !contentsOnly(source.name) {
		name := baseOf(source.name)
		real, at = path.Join(real, name), path.Join(at, name)
	}
	if seen, err := e.Sees(ctx, v.name, real); seen || err != nil {
		return err
	}
	hint := v.exec("exec -i") + " -- sh -c 'cat > " + at + "' < " + source.name
	switch {
	case source.info == nil:
		hint = v.exec("exec -i") + " -- tar x -C " + at
	case contentsOnly(source.name):
		hint = "tar c -C " + source.name + " . | " + v.exec("exec -i") + " -- tar x -C " + at
	case source.info.IsDir():
		folder, name := filepath.Split(filepath.Clean(source.name))
		hint = "tar c -C " + cmp.Or(folder, ".") + " " + name + " | " + v.exec("exec -i") + " -- tar x -C " + path.Dir(at)
	}
	return v.kernelError(at, hint)
}

// realPath is a path of a container without links, as far as it is there, and
// whether it is a folder.
func realPath(ctx context.Context, e connection, id, at string) (real string, isFolder bool, err error) {
	real, isFolder = "/", true
	for _, part := range strings.FieldsFunc(at, func(c rune) bool { return c == '/' }) {
		real = path.Join(real, part)
		if !isFolder {
			continue // it is not there
		}
		if real, isFolder, err = remoteTarget(ctx, e, id, real); err != nil {
			return "", false, err
		}
	}
	return real, isFolder, nil
}

func (v vessel) kernelError(at, hint string) error {
	return &kernelError{fmt.Sprintf("%s is not copied: the kernel makes it in container %s while it runs, and Docker does not see it", at, v.unit), hint}
}

// exec is a command line that runs something in the container.
func (v vessel) exec(words string) string {
	line := tell.Command(words, v.ref)
	if !v.one {
		line += " -c " + v.unit
	}
	return line
}
