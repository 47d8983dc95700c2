package describe

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
)

func (p *page) probe(heading string, probe *v1.Probe) {
	if probe == nil {
		return
	}
	p.line(deep, heading+":\t%s delay=%ds timeout=%ds period=%ds successThreshold=%d failureThreshold=%d", handler(probe.ProbeHandler),
		probe.InitialDelaySeconds, probe.TimeoutSeconds, probe.PeriodSeconds, probe.SuccessThreshold, probe.FailureThreshold)
}

// handler is what a probe does.
func handler(h v1.ProbeHandler) string {
	switch {
	case h.Exec != nil:
		return fmt.Sprintf("exec %v", h.Exec.Command)
	case h.HTTPGet != nil:
		return fmt.Sprintf("http-get %s://%s:%s%s", strings.ToLower(string(h.HTTPGet.Scheme)), h.HTTPGet.Host, h.HTTPGet.Port.String(), h.HTTPGet.Path)
	case h.TCPSocket != nil:
		return fmt.Sprintf("tcp-socket %s:%s", h.TCPSocket.Host, h.TCPSocket.Port.String())
	case h.GRPC != nil && h.GRPC.Service != nil:
		return fmt.Sprintf("grpc <pod>:%d %s", h.GRPC.Port, *h.GRPC.Service)
	case h.GRPC != nil:
		return fmt.Sprintf("grpc <pod>:%d", h.GRPC.Port)
	}
	return "unknown"
}
