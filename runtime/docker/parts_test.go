package docker

import (
	"errors"
	"os"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func TestUnixMode(t *testing.T) {
	for mode, want := range map[os.FileMode]int64{
		os.ModeDir | 0o755: 0o755,
		os.ModeDir | os.ModeSetgid | os.ModeSticky | 0o777:  0o3777,
		os.ModeDir | os.ModeSetgid | os.ModeSymlink | 0o770: 0o2770,
	} {
		if got := unixMode(mode); got != want {
			t.Errorf("%s is %#o, want %#o", mode, got, want)
		}
	}
}

func TestDeepMounts(t *testing.T) {
	deep := mount.Mount{Type: mount.TypeBind, Target: "/m", BindOptions: &mount.BindOptions{ReadOnlyForceRecursive: true}}
	r := translate.Request{Host: &container.HostConfig{Mounts: []mount.Mount{{Type: mount.TypeBind}, deep}}}
	if err := deepMounts(r, "1.43"); !errors.Is(err, plan.ErrConfig) {
		t.Errorf("API 1.43: %v", err)
	}
	if err := deepMounts(r, "1.44"); err != nil {
		t.Errorf("API 1.44: %v", err)
	}
}
