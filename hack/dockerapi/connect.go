package main

import (
	"os"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/docker/client"
)

// defaultContext is the name of the context that is no context: the
// environment, or the local socket.
const defaultContext = "default"

// connect makes a client of the engine the docker client would use. It does
// not talk to the engine yet.
func connect() (*client.Client, error) {
	name, err := contextName()
	if err != nil {
		return nil, err
	}
	opts := []client.Opt{client.FromEnv}
	if name != defaultContext {
		if opts, err = contextOpts(name); err != nil {
			return nil, err
		}
	}
	return client.NewClientWithOpts(append(opts, client.WithAPIVersionNegotiation())...)
}

// contextName is the context in force: DOCKER_HOST overrides all contexts.
func contextName() (string, error) {
	if os.Getenv(client.EnvOverrideHost) != "" {
		return defaultContext, nil
	}
	if name := os.Getenv("DOCKER_CONTEXT"); name != "" {
		return name, nil
	}
	file, err := config.Load(config.Dir())
	if err != nil {
		return "", err
	}
	if file.CurrentContext != "" {
		return file.CurrentContext, nil
	}
	return defaultContext, nil
}

// contextOpts reads where and how to connect from the stored context.
func contextOpts(name string) ([]client.Opt, error) {
	stored := store.New(config.ContextStoreDir(), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(docker.DockerEndpoint, func() any { return &docker.EndpointMeta{} }),
	))
	meta, err := stored.GetMetadata(name)
	if err != nil {
		return nil, err
	}
	where, err := docker.EndpointFromContext(meta)
	if err != nil {
		return nil, err
	}
	endpoint, err := docker.WithTLSData(stored, name, where)
	if err != nil {
		return nil, err
	}
	return endpoint.ClientOpts()
}
