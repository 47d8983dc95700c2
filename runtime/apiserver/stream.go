package apiserver

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	"k8s.io/streaming/pkg/httpstream/wsstream"
)

// streamIdle ends a stream on which nothing has moved for so long.
const streamIdle = 4 * time.Hour

// exec runs a command in a container, over SPDY or a websocket.
func (s *Server) exec(w http.ResponseWriter, r *http.Request, t target) error {
	request, options, err := s.execRequest(r, t)
	if err != nil {
		return err
	}
	if request.Command = r.URL.Query()["command"]; len(request.Command) == 0 {
		return apierrors.NewBadRequest("you must specify at least one command for the container")
	}
	remotecommand.ServeExec(w, r, commander{s.Streams, request}, t.name, string(request.UID), request.Container, request.Command, options,
		streamIdle, remotecommand.DefaultStreamCreationTimeout, remotecommand.SupportedStreamingProtocols)
	return nil
}

// attach joins the streams of a container's own process.
func (s *Server) attach(w http.ResponseWriter, r *http.Request, t target) error {
	request, options, err := s.execRequest(r, t)
	if err != nil {
		return err
	}
	remotecommand.ServeAttach(w, r, commander{s.Streams, request}, t.name, string(request.UID), request.Container, options,
		streamIdle, remotecommand.DefaultStreamCreationTimeout, remotecommand.SupportedStreamingProtocols)
	return nil
}

func (s *Server) execRequest(r *http.Request, t target) (ExecRequest, *remotecommand.Options, error) {
	pod, err := s.streamable(r, t)
	if err != nil {
		return ExecRequest{}, nil, err
	}
	query := r.URL.Query()
	name, err := containerOf(query.Get("container"), pod)
	if err != nil {
		return ExecRequest{}, nil, err
	}
	if !s.Streams.Runs(r.Context(), pod.UID, name) {
		return ExecRequest{}, nil, apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q is not running", name, pod.Name))
	}
	options := &remotecommand.Options{Stdin: flag(query, "stdin"), Stdout: flag(query, "stdout"), Stderr: flag(query, "stderr"), TTY: flag(query, "tty")}
	if options.TTY {
		options.Stderr = false
	}
	if !options.Stdin && !options.Stdout && !options.Stderr {
		return ExecRequest{}, nil, apierrors.NewBadRequest("you must specify at least one of stdin, stdout, stderr")
	}
	return ExecRequest{UID: pod.UID, Container: name, TTY: options.TTY}, options, nil
}

// streamable is the pod of a streaming request. Websocket clients that want a
// protocol newer than those served are told so with 400: they try SPDY next.
func (s *Server) streamable(r *http.Request, t target) (*v1.Pod, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, apierrors.NewMethodNotSupported(t.kind.GroupResource(), r.Method)
	}
	if wsstream.IsWebSocketRequestWithStreamCloseProtocol(r) || wsstream.IsWebSocketRequestWithTunnelingProtocol(r) {
		return nil, apierrors.NewBadRequest("this websocket protocol is not served: use SPDY, or v4.channel.k8s.io")
	}
	pod, err := s.pod(t)
	if err != nil {
		return nil, err
	}
	if pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the pod %s has ended: its phase is %s", pod.Name, pod.Status.Phase))
	}
	return pod, nil
}

func flag(query url.Values, name string) bool {
	on, err := strconv.ParseBool(query.Get(name))
	return err == nil && on
}

// commander gives the streams of the protocol to the runtime.
type commander struct {
	streams Streams
	request ExecRequest
}

// ExecInContainer runs the command.
func (c commander) ExecInContainer(ctx context.Context, _, _, _ string, _ []string, in io.Reader, out, err io.WriteCloser, _ bool, resize <-chan remotecommand.TerminalSize, _ time.Duration) error {
	return c.run(ctx, c.streams.Exec, in, out, err, resize)
}

// AttachContainer joins the process.
func (c commander) AttachContainer(ctx context.Context, _, _, _ string, in io.Reader, out, err io.WriteCloser, _ bool, resize <-chan remotecommand.TerminalSize) error {
	return c.run(ctx, c.streams.Attach, in, out, err, resize)
}

// run passes on the streams that there are: a nil pointer in an interface would not be nil.
func (c commander) run(ctx context.Context, do func(context.Context, ExecRequest) error, in io.Reader, out, errOut io.WriteCloser, resize <-chan remotecommand.TerminalSize) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	request := c.request
	if in != nil {
		request.Stdin = in
	}
	if out != nil {
		request.Stdout = out
	}
	if errOut != nil {
		request.Stderr = errOut
	}
	if resize == nil {
		return do(ctx, request)
	}
	sizes := make(chan Size)
	request.Resize = sizes
	var wait sync.WaitGroup
	wait.Go(func() { passSizes(ctx, resize, sizes) })
	err := do(ctx, request)
	cancel()
	wait.Wait()
	return err
}

// passSizes turns the protocol's terminal sizes into ours until ctx ends.
func passSizes(ctx context.Context, in <-chan remotecommand.TerminalSize, out chan<- Size) {
	defer close(out)
	for {
		select {
		case <-ctx.Done():
			return
		case size, ok := <-in:
			if !ok {
				return
			}
			select {
			case out <- Size{Width: size.Width, Height: size.Height}:
			case <-ctx.Done():
				return
			}
		}
	}
}

// portForward carries connections to ports of a pod.
func (s *Server) portForward(w http.ResponseWriter, r *http.Request, t target) error {
	pod, err := s.streamable(r, t)
	if err != nil {
		return err
	}
	if pod.Status.Phase != v1.PodRunning {
		return apierrors.NewBadRequest(fmt.Sprintf("unable to forward port because pod is not running. Current status=%s", pod.Status.Phase))
	}
	query := r.URL.Query()
	if !query.Has(portforward.PortHeader) && query.Has("ports") {
		query[portforward.PortHeader] = query["ports"] // as Kubernetes' own API spells it
		r.URL.RawQuery = query.Encode()
	}
	options, err := portforward.NewV4Options(r)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	portforward.ServePortForward(w, r, forwarder{s.Streams, pod.UID}, t.name, string(pod.UID), options,
		streamIdle, remotecommand.DefaultStreamCreationTimeout, portforward.SupportedProtocols)
	return nil
}

// forwarder joins a stream to a connection into the pod.
type forwarder struct {
	streams Streams
	uid     types.UID
}

// PortForward copies both ways until the pod's side ends. What still comes from
// the client then has nowhere to go; that copy ends when the client closes the
// stream, at the latest with the session.
func (f forwarder) PortForward(ctx context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := f.streams.Dial(ctx, f.uid, port)
	if err != nil {
		return err
	}
	defer conn.Close()
	go func() {
		_, _ = io.Copy(conn, stream)
		closeWrite(conn)
	}()
	_, err = io.Copy(stream, conn)
	return err
}

// closeWrite tells the other side that nothing more comes, where the connection
// can; where it cannot, it is closed: nobody would otherwise.
func closeWrite(conn io.ReadWriteCloser) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = conn.Close()
}
