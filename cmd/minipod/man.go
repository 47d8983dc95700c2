package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/page"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

func newManCommand(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages",
		Long: `man writes a manual page for every command into a folder, for man to find:
~/.local/share/man/man1 is one.`,
		Example: `  minipod man ~/.local/share/man/man1
  man minipod-run`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(seeHelp(cmd), "man wants one folder")
			}
			return writeManual(io, cmd, args[0])
		},
	}
}

func writeManual(io streams, cmd *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); errors.Is(err, syscall.ENOTDIR) {
		return usage(seeHelp(cmd), "man wants a folder, and %s is a file or in one", dir)
	} else if err != nil {
		return err
	}
	for _, cmd := range page.Commands(cmd.Root()) {
		file := filepath.Join(dir, page.Name(cmd)+".1")
		if err := os.WriteFile(file, []byte(page.Man(cmd)), 0o644); err != nil {
			return err
		}
		tell.Result(io.out, "%s", file)
	}
	return nil
}
