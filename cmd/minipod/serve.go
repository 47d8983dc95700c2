package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/heap"
	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/node"
)

type serveFlags struct {
	listen     string
	http       string
	pods       string
	kubeconfig string
	profiles   string
	sysctls    []string
}

func newServeCommand(io streams) *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Answer the Kubernetes API for kubectl, and keep all pods",
		GroupID: groupMake,
		Args:    none,
		Long: `serve answers the part of the Kubernetes API that pods need, on top of the
engine, and keeps all pods of the engine while it runs: what ends is restarted
as its manifest says. Pods made by minipod run are there for kubectl, and pods
made by kubectl are there for minipod ps. Ctrl-C leaves the pods as they are.

It listens on loopback, with TLS and a token that are made at each start and
written into a kubeconfig. Where it runs on the engine's machine it also
listens on the engine's bridge, for the pods that are made through it: they find
there what client libraries look for in a cluster, with a token each.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			heap.Stay()
			return serve(cmd.Context(), io, *f)
		},
	}
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:0", "loopback `ADDRESS:PORT` to listen on; port 0 is any free one")
	cmd.Flags().StringVar(&f.http, "http", "", "loopback `ADDRESS:PORT` to listen on without TLS and token instead; for tests")
	cmd.Flags().StringVar(&f.pods, "listen-pods", podsBridge, "`ADDRESS:PORT` on which pods reach the API; bridge is the engine's bridge, none is nowhere")
	cmd.Flags().StringVar(&f.kubeconfig, "write-kubeconfig", "", "`FILE` to write the kubeconfig to (default: in the user's state folder)")
	cmd.Flags().StringVar(&f.profiles, "seccomp-root", manifest.NodeProfiles, "`folder` of seccomp profiles of type Localhost")
	cmd.Flags().StringSliceVar(&f.sysctls, "allowed-unsafe-sysctls", nil, "sysctls that pods may set beside the safe ones, or `patterns` that end in *")
	return cmd
}

func (f *serveFlags) check(cmd *cobra.Command) error {
	if err := exclusive(cmd, "listen", "http"); err != nil {
		return err
	}
	address := f.listen
	if f.http != "" {
		address = f.http
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usage(seeHelp(cmd), "%s: want ADDRESS:PORT", address)
	}
	if err := f.checkPods(cmd); err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return usage(seeHelp(cmd), "%s: serve listens on loopback alone, such as 127.0.0.1:6443", address)
	}
	if f.kubeconfig == "" {
		f.kubeconfig, err = stateFile("kubeconfig")
	}
	return err
}

// stateFile is a file in the user's state folder. A folder that is not absolute is
// no setting, as XDG has it: each working directory would have its own supervisor.
func stateFile(name string) (string, error) {
	folder := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(folder) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the user's state folder: %w", err)
		}
		folder = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(folder, "minipod", name), nil
}

// serve serves until ctx ends.
func serve(ctx context.Context, io streams, f serveFlags) error {
	e, err := connectToShow()
	if err != nil {
		return err
	}
	defer e.Close()
	away := newOutage(slog.NewTextHandler(io.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	log := slog.New(away)
	n, err := node.New(ctx, e.Engine, log)
	if err != nil {
		return err
	}
	pods, err := openPods(ctx, e, f.pods)
	if err != nil {
		return err
	}
	defer pods.close()
	n.Allow(node.Allowed{
		API:           pods.api != nil,
		Profile:       func(name string) (string, error) { return manifest.Profile([]string{f.profiles}, name) },
		UnsafeSysctls: f.sysctls,
	})
	door, err := openDoor(ctx, f)
	if err != nil {
		return err
	}
	defer door.listener.Close()
	server, err := apiserver.New(ctx, apiserver.Options{
		Pods: n, Streams: n, Objects: n.Objects(), Node: n, Usage: n,
		Token: door.access.Token, CA: door.access.CA, API: pods.api, Log: log,
	})
	if err != nil {
		return err
	}
	if err := apiserver.WriteKubeconfig(f.kubeconfig, door.access); err != nil {
		return err
	}
	defer holdPlace(e, tell.NewConsole(io.err))()
	fmt.Fprintln(io.err, pods.said)
	fmt.Fprintf(io.out, "export KUBECONFIG=%s\n", shellescape.Quote(f.kubeconfig))
	fmt.Fprintf(io.err, "serving the pods of this engine at %s; Ctrl-C leaves them as they are\n", door.access.URL)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		n.Run(ctx, func(event *v1.Event) {
			if err := server.Record(event); err != nil {
				log.Warn("record an event", "error", err)
			}
		})
		return nil
	})
	group.Go(func() error { return server.Run(ctx) })
	group.Go(func() error {
		away.run(ctx, func(ctx context.Context) error { _, err := e.Pods(ctx); return err })
		return nil
	})
	group.Go(func() error { return door.answer(ctx, server.Handler()) })
	group.Go(func() error { return pods.answer(ctx, server.PodHandler()) })
	if err := group.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
