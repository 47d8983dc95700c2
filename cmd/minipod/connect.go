package main

import (
	"os"
	"time"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/loop"
)

// connection is what commands need of the Docker Engine: its streams, and the
// runner on it.
type connection struct {
	*docker.Engine
	runner *loop.Runner
	keeper *keeper
}

// connect finds the engine. It does not talk to it yet.
func connect() (connection, error) { return connectFor(docker.Options{}) }

// connectToShow is connect for a command that shows pods as Kubernetes does.
func connectToShow() (connection, error) { return connectFor(docker.Options{Messages: true}) }

func connectFor(opts docker.Options) (connection, error) {
	// To stderr, whatever command it is that waits.
	opts.Waiting = tell.NewConsole(os.Stderr).Warn
	found, err := docker.New(opts)
	if err != nil {
		return connection{}, err
	}
	return connection{Engine: found, runner: &loop.Runner{Engine: found, Now: time.Now}, keeper: &keeper{}}, nil
}

// reporting is a Runner that tells what it does, keeps what happens, and leaves to
// whoever keeps the pods what is theirs.
func (e connection) reporting(r loop.Observer) *loop.Runner {
	return &loop.Runner{Engine: e.Engine, Now: time.Now, Observer: r, Book: &loop.Book{Events: e.Engine, Now: time.Now}, Kept: e.kept}
}
