package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// source is a pod of which logs are printed, and the containers that were named
// of it.
type source struct {
	plan.World
	containers []string
}

// sources are the pods that are named, or those with the labels.
func (f *logsFlags) sources(ctx context.Context, e connection, args []string) ([]source, error) {
	var all []source
	if f.selects() {
		worlds, err := e.runner.List(ctx)
		match := f.matcher()
		for _, w := range choose(worlds, func(w plan.World) bool { return w.Want != nil && match(w) }) {
			all = append(all, source{World: w})
		}
		return all, err
	}
	for i, arg := range args {
		if i > 0 && slices.Contains(containerNames(all[0].Want.Pod), arg) {
			all[0].containers = append(all[0].containers, arg)
			continue
		}
		s, err := f.source(ctx, e, arg)
		if i > 0 && errors.As(err, new(*loop.NotFoundError)) {
			return nil, fmt.Errorf("%s is neither a pod nor a container of pod %s: it has %s", arg, all[0].Name, strings.Join(containerNames(all[0].Want.Pod), ", "))
		}
		if err != nil {
			return nil, err
		}
		same := func(o source) bool { return o.UID == s.UID && slices.Equal(o.containers, s.containers) }
		if !slices.ContainsFunc(all, same) { // named twice, it is printed once
			all = append(all, s)
		}
	}
	return all, nil
}

// source reads POD or POD/CONTAINER.
func (f *logsFlags) source(ctx context.Context, e connection, arg string) (source, error) {
	name, container, both := strings.Cut(podName(arg), "/")
	ref := translate.Ref{Namespace: namespaceOr(f.namespace), Name: name}
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	if err == nil && w.Want == nil {
		err = unreadable(ref)
	}
	s := source{World: w}
	if both {
		s.containers = []string{container}
	}
	return s, err
}

// containers are those of a pod whose logs are meant.
func (f *logsFlags) containers(c tell.Console, s source) ([]string, error) {
	switch {
	case f.all && len(s.containers) > 0:
		return nil, usage("", "--all-containers and the name of a container exclude each other")
	case f.all:
		return startOrder(s.Want.Pod), nil
	case len(s.containers) > 0 && f.container != "":
		return nil, usage("", "two containers are named: %s and -c %s", s.containers[0], f.container)
	}
	named := s.containers
	if len(named) == 0 {
		named = []string{f.container}
	}
	var all []string
	for _, name := range named {
		name, note, err := chooseContainer(s.World, name)
		if err != nil {
			return nil, err
		}
		if note != "" {
			c.Say("%s", note)
		}
		all = append(all, name)
	}
	return all, nil
}
