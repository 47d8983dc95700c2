package docker

import (
	"errors"
	"os"
	"strings"
	"testing"

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
	deep := translate.Request{Deep: []string{"v"}}
	const words = `volume "v" requested recursive read-only mode, but it is not supported by the runtime`
	if err := deepMounts(deep, "1.43"); !errors.Is(err, plan.ErrConfig) || !strings.HasPrefix(err.Error(), words) {
		t.Errorf("API 1.43: %v", err)
	}
	if err := deepMounts(deep, "1.44"); err != nil {
		t.Errorf("API 1.44: %v", err)
	}
	if err := deepMounts(translate.Request{}, "1.41"); err != nil {
		t.Errorf("without such a mount: %v", err)
	}
}
