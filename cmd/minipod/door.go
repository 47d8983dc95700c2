package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/minipod/minipod/runtime/apiserver"
)

// door is where clients come in.
type door struct {
	listener net.Listener
	access   apiserver.Access
	identity *apiserver.Identity // nil without TLS
}

func openDoor(ctx context.Context, f serveFlags) (*door, error) {
	d := &door{access: apiserver.Access{Token: apiserver.NewToken()}}
	address, scheme := f.http, "http"
	if address == "" {
		identity, err := apiserver.TLS(time.Now())
		if err != nil {
			return nil, err
		}
		address, scheme = f.listen, "https"
		d.identity, d.access.CA = &identity, identity.CA
	}
	var err error
	if d.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address); err != nil {
		return nil, listenError(address, err)
	}
	d.access.URL = scheme + "://" + d.listener.Addr().String()
	return d, nil
}

// answer answers requests until ctx ends.
func (d *door) answer(ctx context.Context, handler http.Handler) error {
	if d.identity == nil {
		return answer(ctx, d.listener, nil, open(handler, d.access.Token))
	}
	return answer(ctx, d.listener, d.identity.TLS, handler)
}

// closing is how long requests under way may take when serve ends.
const closing = 2 * time.Second

// answer answers the requests that come to a listener until ctx ends; with TLS
// unless it is nil.
func answer(ctx context.Context, listener net.Listener, secured *tls.Config, handler http.Handler) error {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	s.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() {
		if secured == nil {
			failed <- s.Serve(listener)
			return
		}
		s.TLSConfig = secured
		failed <- s.ServeTLS(listener, "", "")
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if s.Shutdown(end) != nil {
		_ = s.Close() // watches and streams do not end by themselves
	}
	<-failed
	return ctx.Err()
}

// open lets clients in without a token, which kubectl does not send without
// TLS. A web page's requests name its origin; of those only this machine's own
// are let in.
func open(handler http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ownOrigin(r.Header.Get("Origin")) {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		handler.ServeHTTP(w, r)
	})
}

func ownOrigin(origin string) bool {
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
