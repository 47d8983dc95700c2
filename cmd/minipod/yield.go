package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/minipod/minipod/runtime/docker"
)

// errInstalled ends a supervisor beside one that was put into the engine.
var errInstalled = errors.New("the container " + docker.InstalledName + " keeps the pods of this engine")

// askInstalled is how often a supervisor asks whether one was put into the engine
// meanwhile, by another machine or another user: they have other locks.
const askInstalled = time.Minute

// unlessInstalled is a context that ends with errInstalled when a container of the
// engine keeps its pods. An engine that does not answer yet is asked again.
func unlessInstalled(ctx context.Context, e connection) (yielding context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ask := func() {
		if installed, err := e.Installed(ctx); err == nil && installed {
			cancel(errInstalled)
		}
	}
	ask()
	var asking sync.WaitGroup
	asking.Go(func() {
		for pauseFor(ctx, askInstalled) == nil {
			ask()
		}
	})
	return ctx, func() { cancel(nil); asking.Wait() }
}
