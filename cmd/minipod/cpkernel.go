package main

import (
	"fmt"
	"path"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// kernelError says that cp does not reach what the kernel shows in a container
// while it runs: Docker copies files of the image and of volumes.
type kernelError struct{ message, hint string }

func (e *kernelError) Error() string { return e.message }

// Hint is the command that does it.
func (e *kernelError) Hint() string { return e.hint }

// ofKernel reports whether a path of a container is in what the kernel shows
// there.
func ofKernel(at string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path.Clean("/"+at), "/"), "/")
	return first == "proc" || first == "sys"
}

// unreadable is the error of a copy of such a path to here.
func (v vessel) unreadable(at, target string) error {
	at = path.Clean("/" + at)
	into := " > " + target
	switch {
	case target == "-":
		into = ""
	case target == "." || strings.HasSuffix(target, "/"):
		into = " > " + path.Join(target, path.Base(at))
	}
	return v.kernelError(at, v.exec("exec")+" -- cat "+at+into)
}

// unwritable is the error of a copy of a file of this machine to such a path.
func (v vessel) unwritable(at, source string) error {
	at = path.Clean("/" + at)
	from := " < " + source
	if source == "-" {
		from = ""
	}
	return v.kernelError(at, v.exec("exec -i")+" -- sh -c 'cat > "+at+"'"+from)
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
