// Package apiserver answers the part of the Kubernetes API that pods need, so
// that kubectl and Kubernetes' own tests work against a plain Docker Engine.
//
// The engine is the truth. Pods come from it through Pods and go to it through
// Pods; all other kinds through Objects. Between them and the clients stands a
// store (package store) with resource versions and watches, which is filled when
// the server starts and holds nothing that matters: the server may be killed at
// any moment.
//
// A request goes through auth.go (who asks), route.go (what for), and then one
// of read.go, watch.go, create.go, update.go and delete.go, which are the same
// for all kinds. What is special about a kind is in package kind: names, types,
// checks, and hooks that the server asks. Subresources that are more than a part of
// an object have files of their own: log.go, stream.go, proxy.go.
package apiserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// Options is all that a server needs.
type Options struct {
	Pods    Pods
	Streams Streams
	Objects Objects
	Node    Node
	Usage   Usage

	// Token is what clients must send as bearer token. It must not be empty.
	Token string
	// CA is the certificate that clients check the server by, in PEM; pods find it
	// in the ConfigMap kube-root-ca.crt. It may be empty for a server without TLS.
	CA []byte
	// API is how pods reach the server, by PodHandler; nil: they do not, and get
	// no tokens.
	API *access.API
	// Hosts are names and addresses that a request may be sent to besides those
	// of the loopback device.
	Hosts []string

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: nothing is logged
}

// Server is the API. Make it with New, serve Handler, and keep Run running.
type Server struct {
	Options
	kinds *kind.Set
	store *store.Store
	nodes *nodeKeeper
	wake  chan struct{} // a namespace may have something to do
	turn  sync.Mutex    // of the services that choose an address

	events eventNames
}

// New makes a server and fills it with what the engine holds.
func New(ctx context.Context, o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("make the API server: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Options: o, kinds: kind.New(), wake: make(chan struct{}, 1)}
	s.store = store.New(o.Now(), s.keepers())
	s.nodes = &nodeKeeper{server: s}
	if err := s.fill(ctx); err != nil {
		return nil, fmt.Errorf("fill the API server: %w", err)
	}
	return s, nil
}

// check refuses options that the server could not work with.
func (o Options) check() error {
	switch {
	case o.Token == "":
		return errors.New("no token")
	case o.API != nil && len(o.API.Secret) == 0:
		return errors.New("no secret for the tokens of pods")
	case o.Pods == nil || o.Streams == nil || o.Objects == nil || o.Node == nil || o.Usage == nil:
		return errors.New("a part of the engine is missing")
	}
	return nil
}

// fill brings in what the engine holds, and then what every cluster has.
func (s *Server) fill(ctx context.Context) error {
	if _, err := s.lookAtObjects(ctx); err != nil {
		return err
	}
	if err := s.seedCluster(ctx); err != nil {
		return err
	}
	if err := s.nodes.beat(ctx); err != nil {
		return err
	}
	if _, err := s.lookAtPods(ctx); err != nil {
		return err
	}
	return s.seedNamespaces()
}

// Store gives read access to the objects that the server knows, for the loop
// that needs the ConfigMaps, Secrets and Services of its pods.
func (s *Server) Store() *store.Store { return s.store }

// Handler answers the requests.
func (s *Server) Handler() http.Handler { return s.guard(http.HandlerFunc(s.route)) }

// Run follows the engine, renews the node's lease and empties namespaces that
// are being deleted, until ctx ends. Its error is that of ctx.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, loop := range []func(context.Context) error{s.followPods, s.followObjects, s.nodes.run, s.keepNamespaces, s.keepEvents, s.keepTaints} {
		g.Go(func() error { return loop(ctx) })
	}
	return g.Wait()
}
