package pause_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/pause"
)

// These tests run the program of this machine's architecture on this machine, without an engine.

// program is a run of the pause program; a test that hangs is ended after a minute.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bin/pause-"+goruntime.GOARCH, args...)
	timer := time.AfterFunc(time.Minute, func() {
		if cmd.Process != nil {
			_ = cmd.Process.Kill()
		}
	})
	t.Cleanup(func() { timer.Stop() })
	return cmd
}

// result runs a command and returns what it printed and its exit code.
func result(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestVersion(t *testing.T) {
	for _, flag := range []string{"-v", "-V"} {
		out, errs, code := result(t, program(t, flag))
		if out != "minipod pause "+pause.Version+"\n" || errs != "" || code != 0 {
			t.Errorf("%s: %q, %q, exit %d", flag, out, errs, code)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, line := range []string{
		"x", "-x", "-v x", "nameserver", "nameserver ::1 search", "domain a", "machine x", "machine nameserver", "machine aliases", "machine alias", "host", "alias ::1 host", "limit a", "limit a - b", "own", "own 1", "own x .", "own 4294967295 .", "look x", "links x", "ns", "connect", "connect ::1", "connect ::1 1 2", "connect -z", "connect -t",
		"connect -t 0 ::1 1", "connect -t x ::1 1", "connect -x ::1 1", "connect ::1 0", "connect ::1 65536", "connect ::1 -1",
		"connect localhost 1", "connect 1.2.3 1", "connect 1.2.3.4.5 1", "connect 1.2.3.256 1", "connect 1..3.4 1",
		"connect : 1", "connect ::: 1", "connect 1:: 1:", "connect 1:::2 1", "connect 1::2::3 1", "connect :1:2:3:4:5:6:7 1",
		"connect 1:2:3:4:5:6:7: 1", "connect 1:2:3:4:5:6:7 1", "connect 1:2:3:4:5:6:7:8:9 1", "connect ::12345 1",
		"connect ::g 1", "connect 1:2:3:4:5:6:7:1.2.3.4 1", "connect ::1.2.3 1", "connect 1:2:3:4::5:6:7:8 1", "connect fe80::1%lo 1",
	} {
		out, errs, code := result(t, program(t, strings.Fields(line)...))
		if out != "" || !strings.HasPrefix(errs, "usage: ") || code != 2 {
			t.Errorf("%s: %q, %q, exit %d", line, out, errs, code)
		}
	}
}

func TestSignalsEndIt(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := program(t)
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		warning := make([]byte, 256)
		n, err := errs.Read(warning) // when it has warned it takes signals
		if err != nil || !strings.Contains(string(warning[:n]), "not process 1") {
			t.Errorf("%q, %v: want a warning", warning[:n], err)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(errs)
		if err := cmd.Wait(); err != nil || !strings.Contains(string(rest), "SIG") {
			t.Errorf("%v: %q, %v", signal, rest, err)
		}
	}
}

// serve answers one connection on each address and returns it as arguments of connect.
func serve(t *testing.T, address string, answer func(*net.TCPConn)) []string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err == nil {
			answer(conn.(*net.TCPConn))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	at := listener.Addr().(*net.TCPAddr)
	return []string{at.IP.String(), fmt.Sprint(at.Port)}
}

func TestConnectEchoes(t *testing.T) {
	data := noise(8 << 20)
	for _, address := range []string{"127.0.0.1", "::1"} {
		to := serve(t, address, func(c *net.TCPConn) { _, _ = io.Copy(c, c) })
		cmd := program(t, append([]string{"connect"}, to...)...)
		cmd.Stdin = bytes.NewReader(data)
		out, errs, code := result(t, cmd)
		if out != string(data) || errs != "" || code != 0 {
			t.Errorf("%s: %d bytes came back, %q, exit %d", address, len(out), errs, code)
		}
	}
}

func TestConnectReadsEveryAddressForm(t *testing.T) {
	for _, form := range []string{"::1", "0::1", "0:0:0:0:0:0:0:1", "0::0:0:1", "::0001", "::ffff:127.0.0.1", "::FFFF:7f00:1", "0:0:0:0:0:ffff:127.0.0.1"} {
		address := netip.MustParseAddr(form).Unmap().String()
		to := serve(t, address, func(c *net.TCPConn) { _, _ = io.WriteString(c, "here") })
		out, errs, code := result(t, program(t, "connect", form, to[1]))
		if out != "here" || code != 0 {
			t.Errorf("%s: %q, %q, exit %d", form, out, errs, code)
		}
	}
}

// TestConnectDirectionsAreIndependent has a peer that reads nothing until all it has to say is taken, and
// a slow reader: were one direction to wait for the other, nothing would move any more.
func TestConnectDirectionsAreIndependent(t *testing.T) {
	data := noise(8 << 20)
	received := make(chan []byte, 1)
	to := serve(t, "127.0.0.1", func(c *net.TCPConn) {
		_, _ = c.Write(data)
		all, _ := io.ReadAll(c)
		received <- all
	})
	cmd := program(t, append([]string{"connect"}, to...)...)
	cmd.Stdin = bytes.NewReader(data)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(slowReader{stdout})
	if err != nil || !bytes.Equal(out, data) {
		t.Errorf("%d bytes came out, %v", len(out), err)
	}
	if !bytes.Equal(<-received, data) {
		t.Error("the peer received something else")
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// slowReader takes odd, small pieces and lets everyone else go first.
type slowReader struct{ io.Reader }

func (r slowReader) Read(p []byte) (int, error) {
	goruntime.Gosched()
	return r.Reader.Read(p[:min(len(p), 1021)])
}

func TestConnectPassesTheEndOn(t *testing.T) {
	to := serve(t, "127.0.0.1", func(c *net.TCPConn) {
		all, _ := io.ReadAll(c) // returns only when the writing side was shut
		_, _ = fmt.Fprintf(c, "%d bytes", len(all))
	})
	cmd := program(t, append([]string{"connect"}, to...)...)
	cmd.Stdin = strings.NewReader("question")
	if out, errs, code := result(t, cmd); out != "8 bytes" || code != 0 {
		t.Errorf("%q, %q, exit %d", out, errs, code)
	}
}

func TestConnectEndsWithThePeer(t *testing.T) {
	to := serve(t, "127.0.0.1", func(c *net.TCPConn) { _, _ = io.WriteString(c, "bye") })
	cmd := program(t, append([]string{"connect"}, to...)...)
	stdin, writer, err := os.Pipe() // stays open
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = stdin.Close(), writer.Close() }()
	cmd.Stdin = stdin
	if out, errs, code := result(t, cmd); out != "bye" || code != 0 {
		t.Errorf("%q, %q, exit %d", out, errs, code)
	}
}

// TestConnectDeliversAnEarlyAnswer has a peer that answers and goes while input is still coming.
func TestConnectDeliversAnEarlyAnswer(t *testing.T) {
	to := serve(t, "127.0.0.1", func(c *net.TCPConn) {
		_, _ = io.WriteString(c, "too large")
		_ = c.CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	})
	cmd := program(t, append([]string{"connect"}, to...)...)
	cmd.Stdin = endless{}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); out.String() != "too large" || cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("%q, %v", out.String(), err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestConnectFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if out, errs, code := result(t, program(t, "connect", "-z", "127.0.0.1", port)); out+errs != "" || code != 0 {
		t.Errorf("open port: %q, %q, exit %d", out, errs, code)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"connect", "127.0.0.1", port}, {"connect", "-z", "127.0.0.1", port}, {"connect", "-t", "9", "127.0.0.1", port}} {
		out, errs, code := result(t, program(t, args...))
		if out != "" || errs != "connect: connection refused\n" || code != 1 {
			t.Errorf("%v: %q, %q, exit %d", args, out, errs, code)
		}
	}
}

func TestConnectReportsAReset(t *testing.T) {
	to := serve(t, "127.0.0.1", func(c *net.TCPConn) {
		_, _ = io.ReadFull(c, make([]byte, 1))
		_ = c.SetLinger(0)
	})
	cmd := program(t, append([]string{"connect"}, to...)...)
	cmd.Stdin = strings.NewReader("x")
	if out, errs, code := result(t, cmd); out != "" || errs != "read: connection reset by peer\n" || code != 1 {
		t.Errorf("%q, %q, exit %d", out, errs, code)
	}
}

// TestConnectWaitsIdly ends two stalled connections by -t: one whose peer is silent after the end of the
// input, and one whose output is not read while the peer has gone. Neither may use the processor.
func TestConnectWaitsIdly(t *testing.T) {
	release := make(chan struct{})
	silent := serve(t, "127.0.0.1", func(*net.TCPConn) { <-release })
	gone := serve(t, "127.0.0.1", func(c *net.TCPConn) {
		_, _ = io.Copy(io.Discard, c)    // both directions shut: the kernel reports a hang-up
		_, _ = c.Write(noise(200 << 10)) // more than the program and a pipe hold
	})
	t.Cleanup(func() { close(release) })
	for name, to := range map[string][]string{"silent": silent, "gone": gone} {
		cmd := program(t, append([]string{"connect", "-t", "1"}, to...)...)
		unread, stdout, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = stdout, &errs
		err = cmd.Run()
		if cmd.ProcessState.ExitCode() != 1 || errs.String() != "read: i/o timeout\n" {
			t.Errorf("%s: %v, %q", name, err, errs.String())
		}
		if used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); used > 200*time.Millisecond {
			t.Errorf("%s: %v of processor time while waiting", name, used)
		}
		_, _ = unread.Close(), stdout.Close()
	}
}

// look is what the program sees beside this test.
func look(t *testing.T) pause.Look {
	t.Helper()
	out, errs, code := result(t, program(t, "look"))
	if code != 0 || errs != "" {
		t.Fatalf("%q, exit %d", errs, code)
	}
	seen, err := pause.ParseLook(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestLookAtThisProcess(t *testing.T) {
	tcp, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tcp.Close() }()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = udp.Close() }()
	seen := look(t)
	at := slices.IndexFunc(seen.Processes, func(p pause.Process) bool { return p.PID == os.Getpid() })
	if at < 0 {
		t.Fatalf("process %d is not among %d", os.Getpid(), len(seen.Processes))
	}
	this := seen.Processes[at]
	if this.Parent != os.Getppid() || this.Command != "pause.test" || this.More == nil {
		t.Fatalf("%+v, want parent %d and pause.test, and more of it", this, os.Getppid())
	}
	if !strings.Contains(this.More.CommandLine, "pause.test") || !slices.Contains(this.More.PIDs, os.Getpid()) {
		t.Errorf("%+v", this.More)
	}
	for _, kind := range pause.Namespaces() {
		link, err := os.Readlink("/proc/self/ns/" + kind)
		if got := fmt.Sprintf("%s:[%d]", kind, this.Namespaces[kind]); err != nil || got != link {
			t.Errorf("%s, want %s (%v)", got, link, err)
		}
	}
	for protocol, address := range map[string]net.Addr{"tcp6": tcp.Addr(), "udp": udp.LocalAddr()} {
		at := slices.IndexFunc(seen.Sockets, func(s pause.Socket) bool {
			return s.Protocol == protocol && s.Local == netip.MustParseAddrPort(address.String())
		})
		if at < 0 || !slices.Contains(this.More.Sockets, seen.Sockets[at].Inode) {
			t.Errorf("%s %v is not among %v, or not among those of this process %v", protocol, address, seen.Sockets, this.More.Sockets)
		}
	}
}

func TestLookAtSharedMemory(t *testing.T) {
	f, err := os.CreateTemp("/dev/shm", "minipod test ")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = f.Close(), os.Remove(f.Name()) }()
	if err := f.Truncate(4096); err != nil {
		t.Fatal(err)
	}
	mapped, err := syscall.Mmap(int(f.Fd()), 0, 4096, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(mapped) }()
	seen, name := look(t), strings.TrimPrefix(f.Name(), "/dev/shm/")
	if !slices.Contains(seen.Objects, pause.Object{Kind: pause.Memory, Name: name}) {
		t.Errorf("%q is not among %v", name, seen.Objects)
	}
	at := slices.IndexFunc(seen.Processes, func(p pause.Process) bool { return p.PID == os.Getpid() })
	if at < 0 || seen.Processes[at].More == nil || !slices.Contains(seen.Processes[at].More.Attached, pause.Handle{Kind: pause.Memory, Name: name}) {
		t.Errorf("%q is not attached to this process", name)
	}
}

func TestLinks(t *testing.T) {
	out, errs, code := result(t, program(t, "links"))
	links, err := pause.ParseLinks(strings.NewReader(out))
	if err != nil || code != 0 || errs != "" {
		t.Fatalf("%v, %q, exit %d", err, errs, code)
	}
	if seen := look(t).Links; !slices.Contains(links, pause.Link{Name: "lo", Index: 1, Peer: 1}) || !slices.Equal(links, seen) {
		t.Errorf("%v, and look says %v", links, seen)
	}
}

func TestLimitsOfACgroup(t *testing.T) {
	machine := t.TempDir()
	folder := filepath.Join(machine, "pod")
	shares := filepath.Join(folder, "cpu.shares")
	if _, errs, code := result(t, program(t, "limit", folder, "+", folder, "+")); code != 0 || errs != "" {
		t.Fatalf("make a folder: %q, exit %d", errs, code)
	}
	if _, errs, code := result(t, program(t, "limit", shares, "2")); code != 1 || errs != "cannot change "+shares+"\n" {
		t.Errorf("limit where the kernel has no such file: %q, exit %d", errs, code)
	}
	if err := os.WriteFile(shares, nil, 0o644); err != nil { // as the kernel does
		t.Fatal(err)
	}
	if _, errs, code := result(t, program(t, "limit", shares, "512")); code != 0 || errs != "" {
		t.Errorf("limit: %q, exit %d", errs, code)
	}
	if got, err := os.ReadFile(shares); err != nil || string(got) != "512" {
		t.Errorf("it holds %q (%v)", got, err)
	}
	if err := os.Remove(shares); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := result(t, program(t, "limit", folder, "-", folder, "-")); code != 0 || errs != "" {
		t.Errorf("remove a folder: %q, exit %d", errs, code)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder is there still")
	}
}

// TestOwnGivesAllFilesToAGroup does what fsGroup asks for: the group may do what the owner may, and links
// are not followed.
func TestOwnGivesAllFilesToAGroup(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("only root gives files away")
	}
	folder, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	for path, mode := range map[string]os.FileMode{outside: 0o600, folder + "/a": 0o600, folder + "/b": 0o755} {
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(folder+"/d", 0o700), os.WriteFile(folder+"/d/c", nil, 0o400), os.Symlink(outside, folder+"/link"), os.Chmod(folder, 0o755)); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := result(t, program(t, "own", "77", folder)); code != 0 || errs != "" {
		t.Fatalf("%q, %q, exit %d", out, errs, code)
	}
	for path, want := range map[string]string{
		folder: "77 dgrwxrwxr-x", folder + "/a": "77 -rw-rw----", folder + "/b": "77 -rwxrwxr-x", folder + "/d": "77 dgrwxrwx---",
		folder + "/d/c": "77 -rw-rw----", folder + "/link": "77 Lrwxrwxrwx", outside: "0 -rw-------",
	} {
		is, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(is.Sys().(*syscall.Stat_t).Gid, " ", is.Mode()); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestDiskIsAsLargeAsItsFileSystemSays compares it with what the kernel tells Go.
func TestDiskIsAsLargeAsItsFileSystemSays(t *testing.T) {
	var is syscall.Statfs_t
	if err := syscall.Statfs("/", &is); err != nil {
		t.Fatal(err)
	}
	out, errs, code := result(t, program(t, "usage"))
	if want := fmt.Sprintln(int64(is.Blocks) * is.Frsize); out != want || errs != "" || code != 0 {
		t.Errorf("%q, %q, exit %d; want %q", out, errs, code, want)
	}
}

// TestUsageIsWhatTheDiskHolds counts a file with two names once, and nothing behind a link.
func TestUsageIsWhatTheDiskHolds(t *testing.T) {
	folder, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	data := make([]byte, 1<<20)
	if err := errors.Join(os.WriteFile(outside, data, 0o600), os.Mkdir(folder+"/d", 0o700), os.Symlink(outside, folder+"/link")); err != nil {
		t.Fatal(err)
	}
	none, _, _ := result(t, program(t, "usage", folder))
	if err := errors.Join(os.WriteFile(folder+"/d/f", data, 0o600), os.Link(folder+"/d/f", folder+"/g")); err != nil {
		t.Fatal(err)
	}
	out, errs, code := result(t, program(t, "usage", folder, folder+"/d"))
	var whole, part, before int
	if _, err := fmt.Sscan(out+none, &whole, &part, &before); err != nil || code != 0 || errs != "" {
		t.Fatalf("%q, %q, exit %d, %v", out, errs, code, err)
	}
	if whole-before != len(data) || part < len(data)/2 || before >= len(data) {
		t.Errorf("%d before, then %d, of which %d", before, whole, part)
	}
}
