package docker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/namespace"
	"github.com/minipod/minipod/runtime/plan"
)

// errNoNamespaces says that the engine's ps does not tell namespaces.
var errNoNamespaces = errors.New("the engine's ps does not tell namespaces")

// namespaces reads containers side by side.
func (e *Engine) namespaces(ctx context.Context, ids []string, read reader) (map[string]namespace.Process, error) {
	var mu sync.Mutex
	found := map[string]namespace.Process{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, id := range ids {
		group.Go(func() error {
			pid, err := e.mainProcess(ctx, id)
			if pid == 0 || err != nil {
				return err
			}
			process, ok, err := read(ctx, id, pid)
			if ok {
				mu.Lock()
				defer mu.Unlock()
				found[id] = process
			}
			return err
		})
	}
	return found, group.Wait()
}

// reader reads the process that is the main one of a container; ok is false
// where it has ended.
type reader func(ctx context.Context, id string, pid int) (process namespace.Process, ok bool, err error)

// mainProcess is the number of a container's main process on the engine's
// machine; 0 where there is none.
func (e *Engine) mainProcess(ctx context.Context, id string) (int, error) {
	found, err := e.cli.ContainerInspect(ctx, id)
	switch {
	case cerrdefs.IsNotFound(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("inspect container %.12s: %w", id, e.explain(err))
	case stateOf(found.State) != plan.Running:
		return 0, nil
	}
	return found.State.Pid, nil
}

// columns are what ps calls the number of a process and its namespaces.
func columns() string {
	names := []string{"pid"}
	for _, k := range namespace.Kinds() {
		names = append(names, string(k)+"ns")
	}
	return strings.Join(names, ",")
}

// top asks the engine's ps.
func (e *Engine) top(ctx context.Context, id string, pid int) (namespace.Process, bool, error) {
	list, err := e.cli.ContainerTop(ctx, id, []string{"-o", columns()})
	switch {
	case cerrdefs.IsNotFound(err), cerrdefs.IsConflict(err):
		return namespace.Process{}, false, nil // it has ended meanwhile
	case err != nil && (connectionLost(err) || isContext(err)):
		return namespace.Process{}, false, e.explain(err)
	case err != nil:
		return namespace.Process{}, false, errNoNamespaces
	}
	return processOf(list, pid)
}

// processOf finds a process in what ps has printed.
func processOf(list container.TopResponse, pid int) (process namespace.Process, ok bool, err error) {
	for _, row := range list.Processes {
		cells := map[string]string{}
		for i, title := range list.Titles {
			if i < len(row) {
				cells[strings.ToLower(title)] = row[i]
			}
		}
		if cells["pid"] != strconv.Itoa(pid) {
			continue
		}
		process = namespace.Process{PID: pid, Inodes: map[namespace.Kind]uint64{}}
		for _, k := range namespace.Kinds() {
			inode, err := strconv.ParseUint(cells[string(k)+"ns"], 10, 64)
			if err != nil {
				return process, false, errNoNamespaces // ps prints a dash for what it may not read
			}
			process.Inodes[k] = inode
		}
		return process, true, nil
	}
	if !slices.Contains(list.Titles, "PID") {
		return process, false, errNoNamespaces
	}
	return process, false, nil
}
