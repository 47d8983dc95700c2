package apiserver_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"
	"crypto/tls"
	"net"

	"github.com/minipod/minipod/runtime/apiserver"
)

func TestByHand(t *testing.T) {
	if os.Getenv("BYHAND") == "" { return }
	e := newEngine()
	id, err := apiserver.TLS(time.Now())
	if err != nil { t.Fatal(err) }
	s, err := apiserver.New(context.Background(), apiserver.Options{Pods: podEngine{e}, Streams: e, Objects: objectEngine{e}, Node: e, Usage: e, Token: "secret", CA: id.CA,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil { t.Fatal(err) }
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	go s.Run(ctx)
	l, err := net.Listen("tcp", "127.0.0.1:16443")
	if err != nil { t.Fatal(err) }
	if err := apiserver.WriteKubeconfig("/tmp/byhand.kubeconfig", apiserver.Access{URL: "https://127.0.0.1:16443", CA: id.CA, Token: "secret"}); err != nil { t.Fatal(err) }
	h := s.Handler()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		h.ServeHTTP(w, r)
		slog.Info("req", "m", r.Method, "u", r.URL.String(), "d", time.Since(start))
	})}
	srv.TLSConfig = id.TLS
	go func() { <-ctx.Done(); srv.Close() }()
	_ = srv.Serve(tls.NewListener(l, id.TLS))
}
