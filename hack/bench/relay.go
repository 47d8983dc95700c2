package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
)

// relay is a socket that leads to an engine and counts the requests.
type relay struct {
	listener net.Listener
	to       string
	count    atomic.Int64
}

// newRelay wants the engine to be on a local socket.
func newRelay(path, engine string) (*relay, error) {
	to, local := strings.CutPrefix(engine, "unix://")
	if !local {
		return nil, fmt.Errorf("wants an engine on a local socket, not %s", engine)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	r := &relay{listener: listener, to: to}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go r.join(in)
		}
	}()
	return r, nil
}

func (r *relay) join(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("unix", r.to)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(in, out)
		in.Close()
	}()
	_, _ = io.Copy(io.MultiWriter(out, counter{&r.count}), in)
	out.Close()
}

// counter counts the request lines that are written to it. The client writes
// the head of a request at once.
type counter struct{ to *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) {
	c.to.Add(int64(bytes.Count(p, []byte(" HTTP/1.1\r\n"))))
	return len(p), nil
}

func (r *relay) calls() int64    { return r.count.Load() }
func (r *relay) address() string { return "unix://" + r.listener.Addr().String() }
func (r *relay) close()          { r.listener.Close() }
