package main

import (
	"context"
	"net"
	"testing"
	"time"
)

func TestAwaitListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := awaitListener(t.Context(), address); err != nil {
		t.Errorf("somebody listens: %v", err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := awaitListener(ctx, address); err == nil {
		t.Error("nobody listens, and there is no error")
	}
}
