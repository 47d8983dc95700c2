package main

import (
	"time"

	"github.com/minipod/minipod/runtime"
	"github.com/minipod/minipod/runtime/docker"
)

// engine is what commands need of the Docker Engine: its streams, and the
// runner on it.
type engine struct {
	*docker.Engine
	runner *runtime.Runner
}

// connect finds the engine. It does not talk to it yet.
func connect() (engine, error) {
	found, err := docker.New(docker.Options{})
	if err != nil {
		return engine{}, err
	}
	return engine{Engine: found, runner: &runtime.Runner{Engine: found, Now: time.Now}}, nil
}

// reporting is a Runner that tells what it does.
func (e engine) reporting(r runtime.Reporter) *runtime.Runner {
	return &runtime.Runner{Engine: e.Engine, Now: time.Now, Report: r}
}
