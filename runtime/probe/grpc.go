package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

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
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return e.Connect(ctx, pause, a.Host, a.Port)
	}
	address := net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/grpc.health.v1.Health/Check", bytes.NewReader(question(a)))
	if err != nil {
		return err
	}
	r.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}, "User-Agent": {"kube-probe/" + agent}}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		if timedOut(ctx) {
			return &plan.ProbeFailure{Output: fmt.Sprintf("timeout: failed to connect service %q within %s: %v", address, a.Timeout, err)}
		}
		return failure(ctx, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxOutput))
	if err != nil {
		return failure(ctx, err)
	}
	return verdict(answer, body)
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
	code := answer.Trailer.Get("Grpc-Status")
	if code == "" {
		code = answer.Header.Get("Grpc-Status")
	}
	const unimplemented, header = "12", 5
	switch {
	case code == unimplemented:
		return &plan.ProbeFailure{Output: "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + answer.Trailer.Get("Grpc-Message")}
	case code != "0":
		return &plan.ProbeFailure{Output: fmt.Sprintf("error: health rpc probe failed: status %s: %s", code, answer.Trailer.Get("Grpc-Message"))}
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
