package docker

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/google/go-cmp/cmp"

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
	const words = `failed to resolve recursive read-only mode: volume "v" requested recursive read-only mode, but it is not supported by the runtime`
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

// An engine that makes read-only binds so with all below them is told where
// Kubernetes does not.
func TestShallowMounts(t *testing.T) {
	at := func(target string, options *mount.BindOptions) mount.Mount {
		return mount.Mount{Type: mount.TypeBind, Source: "/a", Target: target, ReadOnly: true, BindOptions: options}
	}
	r := translate.Request{
		Shallow: []string{"/one", "/two", "/three"},
		Host: &container.HostConfig{
			Binds:  []string{"/a:/zero", "/a:/deep:ro", "/a:/one:ro", "/a:/two:ro,rslave"},
			Mounts: []mount.Mount{at("/three", nil), at("/four", nil)},
		},
	}
	if got := shallowMounts(r, "1.43"); !cmp.Equal(got, r) {
		t.Errorf("API 1.43 is asked for %+v", got.Host)
	}
	want := &container.HostConfig{
		Binds: []string{"/a:/zero", "/a:/deep:ro"},
		Mounts: []mount.Mount{
			at("/three", &mount.BindOptions{ReadOnlyNonRecursive: true}),
			at("/four", nil),
			at("/one", &mount.BindOptions{ReadOnlyNonRecursive: true, CreateMountpoint: true}),
			at("/two", &mount.BindOptions{ReadOnlyNonRecursive: true, CreateMountpoint: true, Propagation: mount.PropagationRSlave}),
		},
	}
	if diff := cmp.Diff(want, shallowMounts(r, "1.44").Host); diff != "" {
		t.Errorf("API 1.44 (-want +got):\n%s", diff)
	}
	if len(r.Host.Binds) != 4 || r.Host.Mounts[0].BindOptions != nil {
		t.Errorf("the request was changed: %+v", r.Host)
	}
}
