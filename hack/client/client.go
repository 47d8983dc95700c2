// Package client goes to the engine that minipod uses, for programs of hack that look at it from
// outside.
package client

import (
	"github.com/docker/docker/client"

	"github.com/minipod/minipod/runtime/docker"
)

// New is a client of the engine at the address that minipod would take. Its caller closes it.
func New() (*client.Client, error) {
	e, err := docker.New(docker.Options{})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	return client.NewClientWithOpts(
		client.WithTLSClientConfigFromEnv(), client.WithHost(e.Address()), client.WithAPIVersionNegotiation())
}
