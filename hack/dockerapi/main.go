// Command dockerapi is what the scripts in hack ask a Docker Engine, for
// machines that have an engine within reach but no docker client:
//
//	dockerapi host                  print the address of the engine
//	dockerapi ping                  say which engine answers there, or fail
//	dockerapi missing IMAGE...      print those of the images the engine has not got
//	dockerapi build IMAGE < context.tar
//	                                make IMAGE from a folder with a Dockerfile,
//	                                pulling nothing
//	dockerapi pull IMAGE            pull IMAGE from its registry
//	dockerapi tag IMAGE NAME        call IMAGE by another NAME too
//	dockerapi push IMAGE            push IMAGE to the registry in its name
//	dockerapi untag NAME...         take names off images that have others
//
// It reaches the engine that the docker client would: DOCKER_HOST, else
// DOCKER_CONTEXT, else the current context of the docker configuration. It does
// not use runtime/docker, so that an engine and its images can be had in seconds,
// and also while minipod itself does not compile.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	dockerbuild "github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"
)

// pingTimeout bounds the question whether an engine answers at all.
const pingTimeout = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dockerapi:", err)
		stop()
		os.Exit(1)
	}
}

// run does the command that args name.
func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("which of host, ping, missing, build, pull, tag, push, untag?")
	}
	cli, err := connect()
	if err != nil {
		return fmt.Errorf("find the engine: %w", err)
	}
	defer cli.Close()
	verb, args := args[0], args[1:]
	switch {
	case verb == "host" && len(args) == 0:
		fmt.Println(cli.DaemonHost())
		return nil
	case verb == "ping" && len(args) == 0:
		return ping(ctx, cli)
	case verb == "missing":
		return missing(ctx, cli, args)
	case verb == "build" && len(args) == 1:
		return build(ctx, cli, args[0])
	case verb == "pull" && len(args) == 1:
		return pull(ctx, cli, args[0])
	case verb == "tag" && len(args) == 2:
		return tag(ctx, cli, args[0], args[1])
	case verb == "push" && len(args) == 1:
		return push(ctx, cli, args[0])
	case verb == "untag":
		return untag(ctx, cli, args)
	}
	return fmt.Errorf("cannot %s with %d arguments", verb, len(args))
}

// ping prints one line about the engine that answers.
func ping(ctx context.Context, cli *client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	v, err := cli.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask %s: %w", cli.DaemonHost(), err)
	}
	fmt.Printf("Docker Engine %s (API %s) at %s\n", v.Version, v.APIVersion, cli.DaemonHost())
	return nil
}

// missing prints, one a line, the names the engine has no image for.
func missing(ctx context.Context, cli *client.Client, names []string) error {
	for _, name := range names {
		_, err := cli.ImageInspect(ctx, name)
		switch {
		case cerrdefs.IsNotFound(err):
			fmt.Println(name)
		case err != nil:
			return fmt.Errorf("look for image %s: %w", name, err)
		}
	}
	return nil
}

// build makes the image called name from the tar archive on standard input.
func build(ctx context.Context, cli *client.Client, name string) error {
	opts := dockerbuild.ImageBuildOptions{Tags: []string{name}, Remove: true, ForceRemove: true, NetworkMode: "none"}
	answer, err := cli.ImageBuild(ctx, os.Stdin, opts)
	if err != nil {
		return fmt.Errorf("build %s: %w", name, err)
	}
	return finish(answer.Body, "build "+name)
}

// pull gets the image called name without credentials: what the tests use is public.
func pull(ctx context.Context, cli *client.Client, name string) error {
	answer, err := cli.ImagePull(ctx, name, image.PullOptions{})
	if err != nil {
		return fmt.Errorf("pull %s: %w", name, err)
	}
	return finish(answer, "pull "+name)
}

// tag gives an image another name.
func tag(ctx context.Context, cli *client.Client, of, name string) error {
	if err := cli.ImageTag(ctx, of, name); err != nil {
		return fmt.Errorf("call %s %s: %w", of, name, err)
	}
	return nil
}

// push pushes an image without credentials.
func push(ctx context.Context, cli *client.Client, name string) error {
	answer, err := cli.ImagePush(ctx, name, image.PushOptions{RegistryAuth: noCredentials})
	if err != nil {
		return fmt.Errorf("push %s: %w", name, err)
	}
	return finish(answer, "push "+name)
}

// noCredentials is an empty JSON object: an engine wants some for a push.
const noCredentials = "e30="

// untag takes names off images. An image whose last name it is would go.
func untag(ctx context.Context, cli *client.Client, names []string) error {
	var errs []error
	for _, name := range names {
		if _, err := cli.ImageRemove(ctx, name, image.RemoveOptions{}); err != nil && !cerrdefs.IsNotFound(err) {
			errs = append(errs, fmt.Errorf("untag %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// finish reads the engine's answer to its end: a failure may be in its last line.
func finish(answer io.ReadCloser, doing string) error {
	defer answer.Close()
	if err := jsonmessage.DisplayJSONMessagesStream(answer, io.Discard, 0, false, nil); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
