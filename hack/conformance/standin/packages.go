package standin

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// addPackages adds to a layer the files of Debian packages and of all they need. Nothing is
// installed, and no package's scripts run.
func addPackages(ctx context.Context, layer *Layer, names ...string) error {
	folder, err := os.MkdirTemp("", "packages")
	if err != nil {
		return fmt.Errorf("make room for packages: %w", err)
	}
	defer os.RemoveAll(folder)
	if err := download(ctx, folder, names); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.deb"))
	if err != nil {
		return fmt.Errorf("list %s: %w", folder, err)
	}
	for _, file := range files {
		if err := unpack(ctx, layer, file); err != nil {
			return err
		}
	}
	return nil
}

// download fills folder. apt works out the packages as for a machine that has none.
func download(ctx context.Context, folder string, names []string) error {
	if err := os.Mkdir(filepath.Join(folder, "partial"), 0o755); err != nil {
		return fmt.Errorf("make room for packages: %w", err)
	}
	args := []string{
		"install", "--yes", "-qq", "--no-install-recommends", "--download-only",
		"-o", "Dir::State::status=/dev/null", "-o", "Dir::Cache::archives=" + folder,
		"-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root",
	}
	args = append(args, names...)
	out, err := exec.CommandContext(ctx, "apt-get", args...).CombinedOutput()
	if err == nil {
		return nil
	}
	if os.Geteuid() == 0 { // the machine may never have fetched apt's lists
		if update, err := exec.CommandContext(ctx, "apt-get", "update", "-qq").CombinedOutput(); err != nil {
			return fmt.Errorf("update apt's lists: %w: %s", err, bytes.TrimSpace(update))
		}
		out, err = exec.CommandContext(ctx, "apt-get", args...).CombinedOutput()
	}
	if err != nil {
		return fmt.Errorf("download packages %q with apt-get: %w: %s", names, err, bytes.TrimSpace(out))
	}
	return nil
}

func unpack(ctx context.Context, layer *Layer, file string) error {
	files, err := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", file).Output()
	if err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(file), err)
	}
	if err := layer.AddTar(bytes.NewReader(files)); err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(file), err)
	}
	return nil
}
