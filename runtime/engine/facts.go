package engine

import (
	"slices"
	"time"
)

// Info are the facts about the engine's machine that a Kubernetes Node holds.
type Info struct {
	ID           string
	Hostname     string
	CPUs         int
	Memory       int64  // bytes
	OS           string // linux
	OSName       string // Debian GNU/Linux 12 (bookworm)
	Architecture string // as the kernel words it: x86_64
	Kernel       string
	Version      string // of the engine
	API          string // the version of the API that is spoken
	DataRoot     string // on the engine's machine
	Driver       string // of its storage
	CgroupDriver string
	Cgroup       string // 1 or 2
	Runtimes     []string
	Runtime      string   // the default one
	Security     []string // as Docker names them: seccomp, apparmor, rootless
	Rootless     bool
	// PodCgroups says that a pod can have a cgroup with limits of its own: the
	// engine names them as folders, and the kernel lets a folder with limits hold
	// others. With systemd, and under cgroup 2, they are not written yet.
	PodCgroups bool
	// Addresses are those of the machine in Docker's default network; none
	// where it has no such network.
	Addresses []string
}

// AppArmor reports whether the machine can enforce profiles of AppArmor.
func (i Info) AppArmor() bool { return slices.Contains(i.Security, "apparmor") }

// SELinux reports whether the engine gives containers labels of SELinux.
func (i Info) SELinux() bool { return slices.Contains(i.Security, "selinux") }

// Stats are what a container has used. A CPU rate takes two of them, some
// time apart: see Rate.
type Stats struct {
	At     time.Time     // by the engine's clock
	CPU    time.Duration // of all cores since the start
	Memory uint64        // the working set, bytes
	Usage  uint64        // with what the page cache may give back, bytes
	Limit  uint64        // of memory, bytes; the machine's where there is none
	// Received and Sent are bytes of the network that the container owns: in a
	// pod that is the pause.
	Received, Sent uint64
}

// Samplers is how many containers may be sampled at a time. It is large: an
// engine may take a second for each, however many it is asked for.
const Samplers = 256

// Rate is the number of cores that were busy between an earlier sample and
// this one; 0 where no time has passed or the container was restarted.
func (s Stats) Rate(earlier Stats) float64 {
	passed := s.At.Sub(earlier.At)
	if passed <= 0 || s.CPU < earlier.CPU {
		return 0
	}
	return float64(s.CPU-earlier.CPU) / float64(passed)
}
