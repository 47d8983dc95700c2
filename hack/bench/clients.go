package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// pollers is how many test processes Kubernetes' own tests run at a time.
const pollers = 24

// list measures the commands that list the pods.
func (b *serveBench) list(ctx context.Context) error {
	for _, c := range []struct {
		name, program string
		args          []string
	}{
		{"kubectl get pods", b.kubectl, []string{"--kubeconfig=" + b.server.kubeconfig, "get", "pods", "-n", crowd}},
		{"minipod ps", b.minipod, []string{"ps", "-n", crowd}},
	} {
		var took []time.Duration
		for range b.rounds {
			began := time.Now()
			if err := command(ctx, c.program, c.args...); err != nil {
				return err
			}
			took = append(took, time.Since(began))
		}
		b.say(c.name, "%s", tail(took))
	}
	return nil
}

// poll measures how many requests for one pod each are answered when as many
// clients as Kubernetes' own tests have ask without a rest.
func (b *serveBench) poll(ctx context.Context) error {
	var mu sync.Mutex
	var took []time.Duration
	end := time.Now().Add(b.polling)
	group, ctx := errgroup.WithContext(ctx)
	for i := range pollers {
		group.Go(func() error {
			own, err := b.pollOne(ctx, b.api.another(), b.pods[i%len(b.pods)], end)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	b.say(fmt.Sprintf("GET pod by %d clients", pollers), "%.0f a second, each %s", float64(len(took))/b.polling.Seconds(), tail(took))
	return nil
}

func (b *serveBench) pollOne(ctx context.Context, a *api, pod string, end time.Time) (took []time.Duration, err error) {
	defer a.client.CloseIdleConnections()
	for began := time.Now(); began.Before(end); began = time.Now() {
		if err := a.do(ctx, http.MethodGet, crowdPods+"/"+pod, nil, nil); err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

// tail is the middle of some times and how long the slow ones are.
func tail(d []time.Duration) string {
	sorted := slices.Sorted(slices.Values(seconds(d)))
	return fmt.Sprintf("median %.1f ms, 95%% within %.1f ms", quantile(sorted, 0.5)*1e3, quantile(sorted, 0.95)*1e3)
}
