package main

import (
	"fmt"
	goruntime "runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCommand(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of minipod",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(io.out, versionText())
			return nil
		},
	}
}

// versionText is what the build knows: minipod v1.2.3 (0123456789ab,
// 2026-01-02T15:04:05Z, modified) go1.26 linux/amd64.
func versionText() string {
	version, details := "(unknown)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		details = revision(info.Settings)
	}
	return fmt.Sprintf("minipod %s%s %s %s/%s", version, details, goruntime.Version(), goruntime.GOOS, goruntime.GOARCH)
}

func revision(settings []debug.BuildSetting) string {
	found := map[string]string{}
	for _, s := range settings {
		found[s.Key] = s.Value
	}
	commit := found["vcs.revision"]
	if commit == "" {
		return ""
	}
	text := fmt.Sprintf(" (%.12s, %s", commit, found["vcs.time"])
	if found["vcs.modified"] == "true" {
		text += ", modified"
	}
	return text + ")"
}
