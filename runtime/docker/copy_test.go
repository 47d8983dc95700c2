package docker

import (
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
)

// Docker's archives hold what is mounted from outside, whatever it is mounted
// into, and nothing that the kernel makes.
func TestSees(t *testing.T) {
	found := container.InspectResponse{
		ContainerJSONBase: &container.ContainerJSONBase{HostConfig: &container.HostConfig{Tmpfs: map[string]string{"/run/": ""}}},
		Mounts: []container.MountPoint{
			{Type: mount.TypeBind, Destination: "/dev/termination-log"},
			{Type: mount.TypeVolume, Destination: "/sys/fs/bpf"},
			{Type: mount.TypeVolume, Destination: "/run/secrets"},
			{Type: mount.TypeTmpfs, Destination: "/scratch"},
		},
	}
	for at, want := range map[string]bool{
		"/": true, "/etc/passwd": true, "/device": true,
		"/proc": false, "/proc/1/comm": false, "/sys/": false, "/sys/fs/bpf/a": true, "/sys/fs/bpfs": false,
		"/dev": false, "/dev/x": false, "/dev/shm/a/b": false, "/dev/mqueue/q": false, "/dev/pts": false,
		"/dev/termination-log": true, "/run/lock": false, "/run/secrets/token": true, "/scratch/a": false,
	} {
		if got := sees(found, at); got != want {
			t.Errorf("%s: %t, want %t", at, got, want)
		}
	}
	found.Mounts = []container.MountPoint{{Type: mount.TypeVolume, Destination: "/dev/shm"}}
	if !sees(found, "/dev/shm/a") || sees(found, "/dev/a") {
		t.Error("a volume at /dev/shm is reached, and /dev is not")
	}
	found.Mounts = []container.MountPoint{{Type: mount.TypeBind, Destination: "/dev"}}
	if sees(found, "/dev/shm/a") || !sees(found, "/dev/a") {
		t.Error("a bind at /dev is reached, and what is mounted in it is not")
	}
}
