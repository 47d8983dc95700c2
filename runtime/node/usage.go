package node

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// A CPU rate takes two samples: the last one is used again where it is not
// older than freshness, else a second one is taken after span.
const (
	span      = 300 * time.Millisecond
	freshness = time.Minute
)

// PodUsage implements apiserver.Usage.
func (n *Node) PodUsage(ctx context.Context, namespace string) ([]apiserver.PodUsage, error) {
	worlds, err := n.runner.List(ctx)
	if err != nil {
		return nil, err
	}
	var usage []apiserver.PodUsage
	var containers []*plan.Container
	for _, w := range worlds {
		if w.Want == nil || namespace != "" && w.Want.Pod.Namespace != namespace {
			continue
		}
		pod := apiserver.PodUsage{UID: w.UID}
		for i := range w.Containers {
			if c := &w.Containers[i]; c.State == plan.Running {
				pod.Containers = append(pod.Containers, apiserver.ContainerUsage{Name: c.Unit})
				containers = append(containers, c)
			}
		}
		if len(pod.Containers) > 0 {
			usage = append(usage, pod)
		}
	}
	rates, err := n.rates(ctx, containers)
	if err != nil {
		return nil, err
	}
	return filled(usage, rates), nil
}

// filled writes the rates of all containers, in their order, into the pods.
// What is gone meanwhile is left out.
func filled(usage []apiserver.PodUsage, rates []rate) []apiserver.PodUsage {
	var all []apiserver.PodUsage
	for _, pod := range usage {
		var there []apiserver.ContainerUsage
		for i, c := range pod.Containers {
			if r := rates[i]; !r.at.IsZero() {
				pod.Time, pod.Window = r.at, r.window
				c.CPU, c.Memory = r.cpu, r.memory
				there = append(there, c)
			}
		}
		rates = rates[len(pod.Containers):]
		if pod.Containers = there; len(there) > 0 {
			all = append(all, pod)
		}
	}
	return all
}

// rate is one measurement of a container; zero for one that is gone.
type rate struct {
	at          time.Time
	window      time.Duration
	cpu, memory int64 // billionths of a core, bytes
}

// rates measures containers side by side.
func (n *Node) rates(ctx context.Context, containers []*plan.Container) ([]rate, error) {
	rates := make([]rate, len(containers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(engine.Samplers)
	for i, c := range containers {
		group.Go(func() (err error) {
			if rates[i], err = n.rate(ctx, c.ID); errors.Is(err, plan.ErrStale) {
				return nil
			}
			return err
		})
	}
	return rates, group.Wait()
}

func (n *Node) rate(ctx context.Context, id string) (rate, error) {
	before, known := n.sampled(id)
	if !known {
		sample, err := n.engine.Stats(ctx, id)
		if err != nil || sample.At.IsZero() {
			return rate{}, err
		}
		before = sample
		select {
		case <-ctx.Done():
			return rate{}, ctx.Err()
		case <-time.After(span):
		}
	}
	after, err := n.engine.Stats(ctx, id)
	if err != nil {
		return rate{}, err
	}
	if after.At.IsZero() {
		return rate{}, nil
	}
	n.mu.Lock()
	n.samples[id] = after
	n.mu.Unlock()
	return rate{at: after.At, window: after.At.Sub(before.At), cpu: int64(after.Rate(before) * 1e9), memory: int64(after.Memory)}, nil
}

// sampled is the last sample of a container, where it is of use. Samples of
// containers that are no more are dropped on the way.
func (n *Node) sampled(id string) (engine.Stats, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	for other, s := range n.samples {
		if now.Sub(s.At) > freshness {
			delete(n.samples, other)
		}
	}
	s, ok := n.samples[id]
	return s, ok && now.Sub(s.At) > span
}

// NodeUsage implements apiserver.Usage: what all pods use together.
func (n *Node) NodeUsage(ctx context.Context) (apiserver.PodUsage, error) {
	pods, err := n.PodUsage(ctx, "")
	total := apiserver.PodUsage{Time: n.now(), Window: span, Containers: []apiserver.ContainerUsage{{}}}
	for _, pod := range pods {
		for _, c := range pod.Containers {
			total.Containers[0].CPU += c.CPU
			total.Containers[0].Memory += c.Memory
		}
	}
	return total, err
}
