package apiserver

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// proxy passes an HTTP request on to a port of the pod, as pods/[SCHEME:]NAME[:PORT]/proxy/PATH.
func (s *Server) proxy(w http.ResponseWriter, r *http.Request, t target) error {
	_, path, _ := strings.Cut(r.URL.Path, "/pods/"+t.name+"/proxy")
	scheme, name, portName, err := proxyTarget(t.name)
	if err != nil {
		return err
	}
	t.name = name
	pod, err := s.pod(t)
	if err != nil {
		return err
	}
	port, err := proxyPort(pod, portName)
	if err != nil {
		return err
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := s.Streams.Dial(ctx, pod.UID, port)
			if err != nil {
				return nil, err
			}
			return wrapped{conn}, nil
		},
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme = scheme
			out.Out.URL.Host = net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(int(port)))
			out.Out.URL.Path = "/" + strings.TrimPrefix(path, "/")
			out.Out.URL.RawPath = ""
			out.Out.Header.Del("Authorization") // the token is for this server alone
		},
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			s.fail(w, apierrors.NewServiceUnavailable(fmt.Sprintf("error trying to reach pod %s: %v", pod.Name, err)))
		},
	}
	proxy.ServeHTTP(w, r)
	return nil
}

// proxyTarget takes SCHEME:NAME:PORT, NAME:PORT or NAME apart.
func proxyTarget(name string) (scheme, pod, port string, err error) {
	parts := strings.Split(name, ":")
	switch len(parts) {
	case 1:
		return "http", parts[0], "", nil
	case 2:
		return "http", parts[0], parts[1], nil
	case 3:
		if parts[0] == "" || parts[0] == "http" {
			return "http", parts[1], parts[2], nil
		}
	}
	return "", "", "", apierrors.NewBadRequest(fmt.Sprintf("cannot proxy to %q: want [http:]NAME[:PORT]", name))
}

// proxyPort is the port by number or name, or else the pod's first.
func proxyPort(pod *v1.Pod, name string) (int32, error) {
	if number, err := strconv.ParseUint(name, 10, 16); err == nil && number > 0 {
		return int32(number), nil
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if name == "" || port.Name == name {
				return port.ContainerPort, nil
			}
		}
	}
	if name == "" {
		return 80, nil
	}
	return 0, apierrors.NewBadRequest(fmt.Sprintf("pod %s has no port named %q", pod.Name, name))
}

// wrapped makes a stream a net.Conn. It has no deadlines: the request's context ends it.
type wrapped struct{ io.ReadWriteCloser }

// LocalAddr is not known: the stream begins in the engine.
func (wrapped) LocalAddr() net.Addr { return &net.TCPAddr{} }

// RemoteAddr is not known either.
func (wrapped) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// SetDeadline does nothing.
func (wrapped) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (wrapped) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (wrapped) SetWriteDeadline(time.Time) error { return nil }
