package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// agent is the end of the User-Agent header: the Kubernetes release whose
// rules these are.
const agent = "1.37"

// request makes a GET request and judges the answer: 200 to 399 is good, for a
// hook any answer is (pkg/probe/http and pkg/kubelet/lifecycle).
func request(ctx context.Context, e Engine, pause string, a translate.Action) error {
	connected := ctx
	if a.Timeout > 0 {
		var cancel context.CancelFunc // the client's own end comes first: its words are the kubelet's
		connected, cancel = context.WithTimeout(ctx, a.Timeout+time.Second)
		defer cancel()
	}
	c := client(transport(connected, e, pause), a.Timeout)
	answer, err := send(ctx, c, a, strings.ToLower(string(a.HTTP.Scheme)))
	if err != nil && a.Hook && strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		answer, err = send(ctx, c, a, "http")
	}
	if err != nil {
		return failure(ctx, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxOutput))
	switch {
	case a.Hook:
		return nil
	case err != nil:
		return &plan.ProbeBroken{Err: err}
	case answer.StatusCode < http.StatusOK || answer.StatusCode >= http.StatusBadRequest:
		return &plan.ProbeFailure{Output: fmt.Sprintf("HTTP probe failed with statuscode: %d", answer.StatusCode)}
	case answer.StatusCode >= http.StatusMultipleChoices:
		return &plan.ProbeWarning{Output: "Probe terminated redirects, Response body: " + string(body)}
	}
	return nil
}

func send(ctx context.Context, c *http.Client, a translate.Action, scheme string) (*http.Response, error) {
	if scheme == "" {
		scheme = "http"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, location(scheme, a), nil)
	if err != nil {
		return nil, err
	}
	r.Header, r.Host = headers(a)
	return c.Do(r)
}

// location is the address of a request. The path may bring a query of its own.
func location(scheme string, a translate.Action) string {
	u, err := url.Parse(a.HTTP.Path)
	if err != nil {
		u = &url.URL{Path: a.HTTP.Path}
	}
	u.Scheme, u.Host = scheme, net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	return u.String()
}

// headers are those of the manifest, and what it does not say itself. An empty
// one is left out.
func headers(a translate.Action) (all http.Header, host string) {
	name := "kube-probe/" + agent
	if a.Hook {
		name = "kube-lifecycle/" + agent
	}
	all = http.Header{}
	for _, h := range a.HTTP.HTTPHeaders {
		all.Add(h.Name, h.Value)
	}
	if host = all.Get("Host"); host != "" {
		all.Del("Host")
	}
	for key, value := range map[string]string{"User-Agent": name, "Accept": "*/*"} {
		switch values := all.Values(key); {
		case len(values) == 0:
			all.Set(key, value)
		case values[0] == "" && key == "Accept":
			all.Del(key)
		}
	}
	return all, host
}

// client follows redirects on the same host alone.
func client(transport http.RoundTripper, limit time.Duration) *http.Client {
	return &http.Client{
		Transport: transport, Timeout: limit,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			const most = 10
			if r.URL.Hostname() != via[0].URL.Hostname() {
				return http.ErrUseLastResponse
			}
			if len(via) >= most {
				return fmt.Errorf("stopped after %d redirects", most)
			}
			return nil
		},
	}
}

// transport connects within the pod's network, for as long as ctx: the one that
// it is called with to connect does not end with the request. It trusts every
// certificate.
func transport(ctx context.Context, e Engine, pause string) *http.Transport {
	return &http.Transport{
		DisableKeepAlives: true, DisableCompression: true, Proxy: nil,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // as on a node
		DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			number, err := strconv.Atoi(port)
			if err != nil {
				return nil, err
			}
			return e.Connect(ctx, pause, host, number)
		},
		TLSHandshakeTimeout: 10 * time.Second,
	}
}
