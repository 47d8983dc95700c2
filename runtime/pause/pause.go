// Package pause is the pause program and the image made from it.
//
// The pause container is the pod: it is the first to exist, it owns the network, IPC and PID namespaces
// that the other containers join, and as process 1 of a shared PID namespace it reaps what they leave
// behind. The program in it is a few KB of C without a libc (folder program), built by build.sh and
// checked in for each architecture (folder bin), so that minipod needs neither a registry nor a pull:
// [Build] makes an image in memory that the engine loads through its API.
//
// The same binary, run by exec in the pause container or in a helper container made from its image,
// reaches what only the inside of the pod sees:
//
//	/pause                               holds the pod; SIGINT or SIGTERM ends it with 0
//	/pause nameserver ADDR ...           the same, with servers, searches and options added to resolv.conf
//	/pause -v                            prints its version
//	/pause connect [-z] [-t N] ADDR PORT joins stdin and stdout to a TCP connection
//	/pause links                         prints the network interfaces: [ParseLinks]
//	/pause look                          prints what /proc, /sys and /dev say of the pod: [ParseLook]
//	/pause usage FOLDER...               prints for each how many bytes of the disk its files take
//	/pause usage                         prints how many bytes the disk has
//	/pause own GROUP FOLDER...           gives all files of folders to a group, as fsGroup does
//	/pause limit PATH VALUE ...          writes each value into its file; + makes a folder, - removes one
//
// connect takes literal addresses only. It passes the end of stdin on to the peer and goes on reading
// the answer; it ends with 0 once the peer has ended. With -z it ends with 0 as soon as the connection
// stands. -t limits the whole of it to N seconds: an exec cannot be stopped through the Docker API, so a
// probe that gives up needs it. What fails ends it with 1 and a line on stderr that follows "dial tcp
// ADDR:PORT: " or "read tcp ADDR:PORT: " in the messages of Go and so of the kubelet: "connect: connection
// refused", "i/o timeout". Wrong usage ends it with 2.
//
// look prints every process that it sees, with its namespaces, and more of those that are in its own network;
// the sockets and interfaces of that, and the IPC objects of its IPC namespace. Run by exec it reads the namespaces of
// processes of its own user. Those of all are read by a container made from the image as user 0 with
// CAP_SYS_PTRACE; a privileged exec is refused by engines that do not hold every capability themselves.
//
// A signal that reaches process 1 in the instant between its start and its first instructions is lost, as
// with any program: who stops a pod right after its birth must not rely on SIGTERM alone.
package pause

import (
	"embed"
	"fmt"
)

// Version is the version of the program. build.sh compiles it into the binaries; it changes with them.
const Version = "1.8"

// Reference is the name under which the image is loaded and containers are made from it.
const Reference = "minipod/pause:" + Version

// Paths inside the image.
const (
	ProgramPath = "/pause"   // the program, the image's entry point
	VolumesDir  = "/volumes" // holds a mount point per volume of the pod
	FactsDir    = "/minipod" // holds events and probe verdicts, written through the archive API
)

//go:embed bin/pause-amd64 bin/pause-arm64
var binaries embed.FS

// Program returns the static Linux binary for an architecture, named as Go and Docker name it (amd64,
// arm64) or as an engine's info does (x86_64, aarch64).
func Program(arch string) ([]byte, error) {
	name, err := normalize(arch)
	if err != nil {
		return nil, err
	}
	return binaries.ReadFile("bin/pause-" + name)
}

// normalize returns Go's name of an architecture that there is a program for.
func normalize(arch string) (string, error) {
	switch arch {
	case "amd64", "x86_64":
		return "amd64", nil
	case "arm64", "aarch64":
		return "arm64", nil
	}
	return "", fmt.Errorf("no pause program for architecture %q, only for amd64 and arm64: name an image that has one with --pause-image", arch)
}
