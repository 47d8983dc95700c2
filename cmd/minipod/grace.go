package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/minipod/minipod/cmd/minipod/internal/value"
)

// graceFlag is how long containers get between the stop signal and the kill.
type graceFlag struct {
	period *int64 // in seconds; nil leaves it to the pod
	now    bool
	force  bool
}

func (g *graceFlag) register(cmd *cobra.Command) {
	cmd.Flags().VarP(value.NewGrace(&g.period), "grace-period", "t", "`seconds` between the stop signal and the kill (the pod's terminationGracePeriodSeconds)")
	cmd.Flags().BoolVar(&g.now, "now", false, "kill at once")
	cmd.Flags().BoolVar(&g.force, "force", false, "the same as --now")
}

// registerTime has docker's words for the grace mean it.
func (g *graceFlag) registerTime(cmd *cobra.Command) {
	cmd.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "time" || name == "timeout" {
			name = "grace-period"
		}
		return pflag.NormalizedName(name)
	})
}

func (g *graceFlag) check(cmd *cobra.Command) error {
	if g.now || g.force {
		return exclusive(cmd, "grace-period", "now")
	}
	return nil
}

// seconds are what the engine is told; nil is the pod's own.
func (g *graceFlag) seconds() *int64 {
	if g.now || g.force {
		return new(int64)
	}
	return g.period
}

// podName is the name in pod/NAME, pods/NAME or NAME. Of a workload it is that of
// its first pod, as kubectl takes one of them.
func podName(arg string) string {
	kind, name, ok := strings.Cut(arg, "/")
	switch {
	case ok && (kind == "pod" || kind == "pods" || kind == "po"):
		return name
	case ok && isWorkload(kind):
		name, rest, more := strings.Cut(name, "/")
		if more {
			return name + "-0/" + rest
		}
		return name + "-0"
	}
	return arg
}

// podAndContainer are the names in POD or POD/CONTAINER; container is that of -c,
// which names the container too.
func podAndContainer(arg, container string) (pod, of string, err error) {
	pod, of, both := strings.Cut(podName(arg), "/")
	switch {
	case !both:
		return pod, container, nil
	case pod == "" || of == "":
		return "", "", usage("", "%s: want POD or POD/CONTAINER", arg)
	case container != "" && container != of:
		return "", "", usage("", "two containers are named: %s and -c %s", of, container)
	}
	return pod, of, nil
}
