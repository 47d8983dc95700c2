package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// graceFlag is how long containers get between the stop signal and the kill.
type graceFlag struct {
	period int64
	now    bool
	force  bool
}

// graceOfPod is the value that leaves it to the pod.
const graceOfPod = -1

func (g *graceFlag) register(cmd *cobra.Command) {
	cmd.Flags().Int64Var(&g.period, "grace-period", graceOfPod, "`seconds` between the stop signal and the kill (the pod's terminationGracePeriodSeconds)")
	cmd.Flags().BoolVar(&g.now, "now", false, "kill at once")
	cmd.Flags().BoolVar(&g.force, "force", false, "the same as --now")
}

func (g *graceFlag) check(cmd *cobra.Command) error {
	switch {
	case g.period < graceOfPod:
		return usage(seeHelp(cmd), "--grace-period=%d: want a number of seconds", g.period)
	case g.now || g.force:
		return exclusive(cmd, "grace-period", "now")
	}
	return nil
}

// seconds are what the engine is told; nil is the pod's own.
func (g *graceFlag) seconds() *int64 {
	period := g.period
	switch {
	case g.now || g.force:
		period = 0
	case period == graceOfPod:
		return nil
	}
	return &period
}

// podName is the name in pod/NAME, pods/NAME or NAME.
func podName(arg string) string {
	if kind, name, ok := strings.Cut(arg, "/"); ok && (kind == "pod" || kind == "pods" || kind == "po") {
		return name
	}
	return arg
}
