// Command minipod runs Kubernetes Pods on a plain Docker Engine and shows
// what a Pod is made of.
//
//	minipod run pod.yaml       make the pod of a manifest
//	minipod explain pod.yaml   print the docker commands that make the same pod
//
// The engine is the one the docker command would use: DOCKER_HOST, else
// DOCKER_CONTEXT, else the current docker context, else the local socket.
//
// Results go to stdout, everything else to stderr. The exit code is 0 when it
// was done, 1 when it was not, 2 when the command line is wrong; exec gives
// the code of the command it ran, and an interrupted minipod 128 and the
// number of the signal.
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

func main() {
	os.Exit(execute(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// execute runs one command line and returns the exit code.
func execute(args []string, io streams) int {
	ctx, stop := interruptible(context.Background())
	defer stop()
	io, results := io.checked()
	root := newRootCommand(io)
	root.SetArgs(args)
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd {
		plainUsages(root)
	}
	endFlags(root, args)
	cmd, err := root.ExecuteContextC(ctx)
	return exitCode(ctx, tell.NewConsole(io.err), inNamespace(cmd, results.failure(err)))
}
