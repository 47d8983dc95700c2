package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The states of grpc.health.v1.HealthCheckResponse.
func healthState(n uint64) string {
	names := []string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}
	if n < uint64(len(names)) {
		return names[n]
	}
	return strconv.FormatUint(n, 10)
}

// health asks a gRPC server for its health: one call of Check over HTTP/2
// without TLS. The library would cost nine megabytes for it.
func health(ctx context.Context, e Engine, pause string, a translate.Action) error {
	transport := &http.Transport{DisableKeepAlives: true, Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	var server greeting
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) { // whose context does not end with the request
		conn, err := e.Connect(ctx, pause, a.Host, a.Port)
		return heard{conn, &server}, err
	}
	address := net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/grpc.health.v1.Health/Check", bytes.NewReader(question(a)))
	if err != nil {
		return err
	}
	r.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}, "User-Agent": {"kube-probe/" + agent}}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return unanswered(ctx, err, a, server.came.Load())
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxOutput))
	if err != nil {
		return unanswered(ctx, err, a, true)
	}
	return verdict(answer, body)
}

// unanswered is a call that failed, in the words of the kubelet's library
// (pkg/probe/grpc). That goes on trying until the time is over to get a
// connection on which the server says something.
func unanswered(ctx context.Context, err error, a translate.Action, connected bool) error {
	switch failed := failure(ctx, err); {
	case !errors.As(failed, new(*plan.ProbeFailure)):
		return failed
	case connected && timedOut(ctx):
		return &plan.ProbeFailure{Output: fmt.Sprintf("timeout: health rpc did not complete within %s", a.Timeout)}
	case connected:
		return &plan.ProbeFailure{Output: fmt.Sprintf("error: health rpc probe failed: rpc error: code = Unavailable desc = %v", err)}
	}
	if <-ctx.Done(); !timedOut(ctx) {
		return ctx.Err()
	}
	address := net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
	return &plan.ProbeFailure{Output: fmt.Sprintf("timeout: failed to connect service %q within %s: %v", address, a.Timeout, ctx.Err())}
}

// greeting is whether a server has begun to speak HTTP/2.
type greeting struct{ came atomic.Bool }

// heard is a connection that is listened to for the greeting.
type heard struct {
	net.Conn
	server *greeting
}

func (h heard) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	const kind, settings = 3, 4 // of a frame: the first one is that
	if n > kind && p[kind] == settings {
		h.server.came.Store(true)
	}
	return n, err
}

// codeName is the name of the state of a call (google.golang.org/grpc/codes).
func codeName(code string) string {
	names := []string{
		"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
		"FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
	}
	if n, err := strconv.Atoi(code); err == nil && n >= 0 && n < len(names) {
		return names[n]
	}
	return "Unknown"
}

// question is a HealthCheckRequest, framed.
func question(a translate.Action) []byte {
	var message []byte
	if service := a.GRPC.Service; service != nil && *service != "" {
		message = protowire.AppendString(protowire.AppendTag(message, 1, protowire.BytesType), *service)
	}
	frame := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	return append(frame, message...)
}

// verdict reads the answer: the state of the call, and of the service.
func verdict(answer *http.Response, body []byte) error {
	said := answer.Trailer
	if said.Get("Grpc-Status") == "" { // an answer without a body has it in front
		said = answer.Header
	}
	code, message := said.Get("Grpc-Status"), said.Get("Grpc-Message")
	if text, err := url.PathUnescape(message); err == nil {
		message = text
	}
	const unimplemented, header = "12", 5
	switch {
	case code == unimplemented:
		return &plan.ProbeFailure{Output: "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + message}
	case code != "0":
		return &plan.ProbeFailure{Output: fmt.Sprintf("error: health rpc probe failed: rpc error: code = %s desc = %s", codeName(code), message)}
	case len(body) < header:
		return &plan.ProbeFailure{Output: `service unhealthy (responded with "UNKNOWN")`}
	}
	state := uint64(0)
	if _, kind, n := protowire.ConsumeTag(body[header:]); n > 0 && kind == protowire.VarintType {
		state, _ = protowire.ConsumeVarint(body[header+n:])
	}
	if state != 1 {
		return &plan.ProbeFailure{Output: fmt.Sprintf("service unhealthy (responded with %q)", healthState(state))}
	}
	return nil
}
