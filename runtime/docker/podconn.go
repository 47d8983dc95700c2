package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/minipod/minipod/runtime/engine"
)

// Connect opens a TCP connection to an address of a pod's network: from here
// where that network is this machine's own, else from inside, by a command in
// the pause.
func (e *Engine) Connect(ctx context.Context, pause, host string, port int) (net.Conn, error) {
	if e.Reaches(ctx, host) {
		return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	}
	return e.connectInside(ctx, pause, host, port)
}

// Knock is nil when something takes a TCP connection at an address of a pod's
// network, and else why not. It goes the way of Connect, and waits for the answer.
func (e *Engine) Knock(ctx context.Context, pause, host string, port int) error {
	if !e.Reaches(ctx, host) {
		return e.knockInside(ctx, pause, host, port)
	}
	conn, err := e.Connect(ctx, pause, host, port)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (e *Engine) connectInside(ctx context.Context, pause, host string, port int) (net.Conn, error) {
	tunnel, err := e.dial(ctx, pause, host, port, limitedBy(ctx)...)
	if err != nil {
		return nil, err
	}
	return opened(ctx, tunnel)
}

func (e *Engine) knockInside(ctx context.Context, pause, host string, port int) error {
	var said strings.Builder
	code, err := e.exec(ctx, pause, engine.ExecOptions{
		User: nobody, Command: connectCommand(host, port, append(limitedBy(ctx), "-z")...), Stdio: engine.Stdio{Stdout: &said, Stderr: &said},
	})
	target := net.JoinHostPort(host, strconv.Itoa(port))
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("dial tcp %s: i/o timeout", target)
	case err != nil:
		return fmt.Errorf("connect to %s in %s: %w", target, short(pause), err)
	case code != 0:
		return unconnected(target, code, said.String())
	}
	return nil
}

// Forward opens a connection to a port of a pod, as a kubelet forwards one:
// what listens on localhost alone is reached too. The pod's address is tried
// first, where it can be reached from here, for that is fastest.
func (e *Engine) Forward(ctx context.Context, pause, address string, port int) (io.ReadWriteCloser, error) {
	if e.Reaches(ctx, address) {
		dialer := net.Dialer{Timeout: refusalTime}
		if conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, strconv.Itoa(port))); err == nil {
			return conn, nil
		}
	}
	return e.Dial(ctx, pause, "127.0.0.1", port)
}

// Reaches reports whether an address is in a network of this machine, and the
// engine on it. A network of the same numbers elsewhere is another one: that of
// a virtual machine, or of an engine without root, has its own.
func (e *Engine) Reaches(ctx context.Context, host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil || !strings.HasPrefix(e.where.address, "unix://") {
		return false
	}
	info, err := e.machine.ask(ctx, e)
	if here, hostErr := os.Hostname(); err != nil || hostErr != nil || info.Rootless || info.Hostname != here {
		return false
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, address := range own {
		if network, ok := address.(*net.IPNet); ok && network.Contains(net.IP(ip.AsSlice())) {
			return true
		}
	}
	return false
}

// refusalTime is how long it is waited for the word that nothing listens: the
// command in the pause says so as soon as it knows, and says nothing when it
// is connected. A word that comes later is what the first Read gets.
const refusalTime = 300 * time.Millisecond

// opened is a tunnel that is connected as far as one can tell.
func opened(ctx context.Context, tunnel io.ReadWriteCloser) (net.Conn, error) {
	c := &tunnelConn{ReadWriteCloser: tunnel, first: make(chan chunk, 1)}
	go func() {
		buf := make([]byte, 4096)
		n, err := tunnel.Read(buf)
		c.first <- chunk{buf[:n], err}
	}()
	timer := time.NewTimer(refusalTime)
	defer timer.Stop()
	select {
	case got := <-c.first:
		if len(got.data) == 0 && got.err != nil && got.err != io.EOF {
			tunnel.Close()
			return nil, got.err
		}
		c.first <- got
	case <-timer.C:
	case <-ctx.Done():
		tunnel.Close()
		return nil, ctx.Err()
	}
	return c, nil
}

type chunk struct {
	data []byte
	err  error
}

// tunnelConn is a tunnel as a net.Conn. It has no deadlines: the end of the
// context that it was opened with ends it.
type tunnelConn struct {
	io.ReadWriteCloser
	first chan chunk
	rest  []byte
	err   error
	read  bool
}

func (c *tunnelConn) Read(p []byte) (int, error) {
	if !c.read {
		got := <-c.first
		c.rest, c.err, c.read = got.data, got.err, true
	}
	switch {
	case len(c.rest) > 0:
		n := copy(p, c.rest)
		c.rest = c.rest[n:]
		return n, nil
	case c.err != nil:
		return 0, c.err
	}
	return c.ReadWriteCloser.Read(p)
}

func (c *tunnelConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *tunnelConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *tunnelConn) SetDeadline(time.Time) error      { return nil }
func (c *tunnelConn) SetReadDeadline(time.Time) error  { return nil }
func (c *tunnelConn) SetWriteDeadline(time.Time) error { return nil }
