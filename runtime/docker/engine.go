// Package docker is the engine of package runtime on the real Docker API. It
// is the only package that imports the Docker client, so that the client can
// be exchanged without anyone noticing.
//
// It decides nothing about pods: it reads, does what it is told, and says in
// terms of package plan what became of it. It works with Docker API 1.41 and
// later and with Podman's Docker-compatible socket.
package docker

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/docker/docker/client"

	"github.com/minipod/minipod/runtime/loop"
)

var _ loop.Engine = (*Engine)(nil)

// Engine is a Docker Engine. Its methods may be called concurrently.
type Engine struct {
	cli      *client.Client
	patience *patience
	where    endpoint
	wants    wants
	known    sync.Map // of image IDs to plan.Image
	machine  machine
	disk     atomic.Int64 // how many bytes it has; 0 is not known yet
	loading  loading
	places   sync.Map // of pause IDs to places
	holds    sync.Map // of Docker's names of volumes to what they were seen to hold
	claims   sync.Map // of Docker's names of volumes to who sets them up, a mutex
	messages bool     // whether termination messages are read
	said     sync.Map // of container IDs to them
	asked    sync.Map // of pods' UIDs to the newest revision that was written here
	signals  sync.Map // of container IDs to when others have signalled them
	ooms     sync.Map // of container IDs to when a process of them was killed for its memory
}

// Options choose the engine.
type Options struct {
	// ConfigDir is the folder of the docker client's configuration; empty is
	// DOCKER_CONFIG, else the one in the user's home.
	ConfigDir string
	// Waiting is told, in words for the user, that the engine has not answered
	// for a while and is waited for; once until it answers. Nil is for nobody.
	Waiting func(what string)
	// Messages has the termination messages of containers read, for those who
	// show pods as Kubernetes does. Docker takes 50 ms for each pod of which
	// something has ended.
	Messages bool
}

// New is the engine that the docker client would use: the one that
// DOCKER_HOST names, else the context DOCKER_CONTEXT, else the current
// context, else the local socket. It does not talk to the engine yet.
func New(opts Options) (*Engine, error) {
	where, err := opts.endpoint()
	if err != nil {
		return nil, err
	}
	e := &Engine{where: where, messages: opts.Messages, patience: &patience{answer: answerTime, notice: noticeTime}}
	if opts.Waiting != nil {
		e.patience.waiting = func(call string) {
			opts.Waiting(fmt.Sprintf("the Docker Engine at %s has not answered %s for %s", where.address, call, noticeTime))
		}
	}
	if e.cli, err = e.patience.client(where.opts); err != nil {
		return nil, fmt.Errorf("use the Docker Engine at %s%s: %w", where.address, from(where.source), err)
	}
	return e, nil
}

// Address is where the engine is, as DOCKER_HOST would say it.
func (e *Engine) Address() string { return e.where.address }

// Close gives up the idle connections to the engine.
func (e *Engine) Close() error { return e.cli.Close() }
