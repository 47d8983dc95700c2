package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// The values of --listen-pods that are no address.
const (
	podsBridge = "bridge"
	podsNone   = "none"
)

// podsPort is the port that is taken where it is free and none was kept.
const podsPort = 6443

// checkPods refuses an address that pods could not be told.
func (f *serveFlags) checkPods(cmd *cobra.Command) error {
	if f.pods == podsBridge || f.pods == podsNone {
		return nil
	}
	at, err := netip.ParseAddrPort(f.pods)
	if err != nil || at.Port() == 0 || at.Addr().IsUnspecified() {
		return usage(seeHelp(cmd), "--listen-pods %s: want the ADDRESS:PORT that pods use, %s or %s", f.pods, podsBridge, podsNone)
	}
	return nil
}

// podDoor is where pods come in.
type podDoor struct {
	api      *access.API  // nil: they do not
	listener net.Listener // nil while another serve has the address
	secured  *tls.Config
	said     string // what the user is told of it, in a line
}

// shut is a door that no pod comes in by.
func shut(why string, args ...any) *podDoor {
	return &podDoor{said: "pods cannot reach the API: " + fmt.Sprintf(why, args...)}
}

// openPods opens the door at an address, or on the engine's bridge where serve
// runs on its machine. Address and keys are kept in the engine, so that pods
// reach any later serve by what they know.
func openPods(ctx context.Context, e connection, where string) (*podDoor, error) {
	if where == podsNone {
		return shut("--listen-pods is none"), nil
	}
	at, err := netip.ParseAddrPort(where)
	if err != nil {
		host, why, err := bridge(ctx, e)
		if err != nil || why != "" {
			return shut("%s", why), err
		}
		at = netip.AddrPortFrom(host, 0)
	}
	const tries = 5 // others may be about to open it too
	for try := 1; ; try++ {
		d, err := openPodsAt(ctx, e, at)
		if try == tries || !errors.Is(err, engine.ErrExists) {
			return d, err
		}
	}
}

// bridge is the address of this machine in the network of pods; why not, where
// it has none.
func bridge(ctx context.Context, e connection) (host netip.Addr, why string, err error) {
	info, err := e.Info(ctx)
	switch {
	case err != nil:
		return host, "", err
	case len(info.Addresses) == 0:
		return host, "the engine has no default bridge", nil
	case !e.Reaches(ctx, info.Addresses[0]):
		return host, "the engine, " + info.Hostname + ", is not on this machine", nil
	}
	host, err = netip.ParseAddr(info.Addresses[0])
	return host, "", err
}

// openPodsAt listens, and has the engine keep what is new of the API. Port 0 is
// the one that was kept, else podsPort, else any.
func openPodsAt(ctx context.Context, e connection, at netip.AddrPort) (*podDoor, error) {
	kept, revision, err := keptAPI(ctx, e)
	if err != nil {
		return nil, err
	}
	api, d := kept, &podDoor{}
	api.Host, api.Port = at.Addr().String(), cmp.Or(int32(at.Port()), kept.Port, podsPort)
	changed := revision == 0 || api.Host != kept.Host || api.Port != kept.Port
	d.listener, err = listenPods(ctx, api)
	if errors.Is(err, syscall.EADDRINUSE) {
		switch {
		case !changed && anotherServe(ctx, api):
			err = nil // answer waits for its end
		case at.Port() == 0:
			changed, api.Port = true, 0
			d.listener, err = listenPods(ctx, api)
		}
	}
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		return shut("%s is no address of this machine", api.Host), nil
	}
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	if d.listener != nil {
		api.Port = int32(d.listener.Addr().(*net.TCPAddr).Port)
	}
	if changed {
		err = keepAPI(ctx, e, api, revision+1)
	}
	if err == nil {
		err = d.secure(api)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	if changed && revision > 0 {
		d.said += "; containers that are there were told " + addressOf(kept) + ", and have to be made again"
	}
	return d, nil
}

// secure gives the door its certificate.
func (d *podDoor) secure(api access.API) error {
	authority, err := apiserver.ReadAuthority(api.CA, api.Key)
	if err != nil {
		return err
	}
	identity, err := authority.Identity(time.Now(), append(access.Names(), api.Host)...)
	if err != nil {
		return err
	}
	d.api, d.secured, d.said = &api, identity.TLS, "pods reach the API at "+addressOf(api)
	return nil
}

func addressOf(api access.API) string { return net.JoinHostPort(api.Host, strconv.Itoa(int(api.Port))) }

func listenPods(ctx context.Context, api access.API) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", addressOf(api))
}

// anotherServe reports whether another serve answers: with the certificate that is
// kept, or not yet.
func anotherServe(ctx context.Context, api access.API) bool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(api.CA)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", addressOf(api))
	if err == nil {
		_ = conn.Close()
	}
	return err == nil || errors.Is(err, context.DeadlineExceeded)
}

// keptAPI is what the engine keeps of the API, or where it keeps nothing the
// keys of a new one; revision is then 0.
func keptAPI(ctx context.Context, e connection) (api access.API, revision int, err error) {
	records, err := e.Records(ctx, translate.LabelAPI)
	if err != nil {
		return api, 0, err
	}
	var labels []map[string]string
	for _, r := range records {
		labels = append(labels, r.Labels)
	}
	if api, revision = object.NewestAPI(labels); revision > 0 {
		return api, revision, nil
	}
	authority, err := apiserver.NewAuthority(time.Now())
	if err != nil {
		return api, 0, err
	}
	api.CA, api.Secret = authority.CA(), make([]byte, 32)
	_, _ = rand.Read(api.Secret) // never fails: see crypto/rand
	api.Key, err = authority.Key()
	return api, 0, err
}

// forgetAPI removes what the engine keeps of the API, unless there are pods, which
// may know of it, or a serve that answers them.
func forgetAPI(ctx context.Context, e connection) error {
	pods, err := e.Pods(ctx)
	if err != nil || len(pods) > 0 {
		return err
	}
	kept, revision, err := keptAPI(ctx, e)
	if err != nil || revision == 0 || anotherServe(ctx, kept) {
		return err
	}
	found, err := e.Records(ctx, translate.LabelAPI)
	if err != nil {
		return err
	}
	var names []string
	for _, r := range found {
		names = append(names, r.Name)
	}
	return drop(ctx, e, names)
}

func keepAPI(ctx context.Context, e connection, api access.API, revision int) error {
	record, err := object.APIRecord(api, revision)
	if err != nil {
		return err
	}
	_, err = e.PutRecord(ctx, record)
	return err
}

// again is how often it is tried to take over from another serve.
const again = 2 * time.Second

// answer answers the requests of pods until ctx ends.
func (d *podDoor) answer(ctx context.Context, handler http.Handler) error {
	if d.api == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	for d.listener == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(again):
		}
		d.listener, _ = listenPods(ctx, *d.api)
	}
	return answer(ctx, d.listener, d.secured, handler)
}

func (d *podDoor) close() {
	if d.listener != nil {
		_ = d.listener.Close()
	}
}
