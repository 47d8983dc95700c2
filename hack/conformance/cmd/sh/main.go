// Command sh is /bin/sh of the stand-in images. Kubernetes' tests want the messages of busybox's
// shell, and they want environment variables kept whose names are no identifiers, which that
// shell drops. So this program becomes busybox's shell, or bash where there is such a variable.
package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
)

const (
	busybox = "/bin/busybox"
	bash    = "/bin/bash"
)

func main() {
	shell := choose(os.Environ())
	err := syscall.Exec(shell, os.Args, os.Environ())
	fmt.Fprintf(os.Stderr, "sh: start %s: %v\n", shell, err)
	os.Exit(127)
}

// choose is the shell that hands on every variable of the environment.
func choose(environment []string) string {
	identifier := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		if !identifier.MatchString(name) {
			return bash
		}
	}
	return busybox
}
