package main

import (
	"context"
	"time"
)

const (
	workers    = 16                      // of a storm
	killedOne  = 4                       // of as many calls in a storm is killed
	killedLate = 1500 * time.Millisecond // at the latest
)

// parts are what a soak does, one after the other and again; each begins and ends with nothing.
func (s *soak) parts() []func(context.Context) error {
	return []func(context.Context) error{s.births, s.crowd, s.storm}
}

// births: of many runs of one manifest one makes the pod, and all succeed. Of as many removals each
// leaves no pod, and all succeed.
func (s *soak) births(ctx context.Context) error {
	if err := s.atOnce(ctx, "births", s.calls, s.each(s.calls, s.runOf)); err != nil {
		return err
	}
	if err := s.whole(ctx); err != nil {
		return err
	}
	if err := s.atOnce(ctx, "removals", s.calls, s.each(s.calls, s.removalOf)); err != nil {
		return err
	}
	return s.nothing(ctx)
}

// crowd: runs and removals meet. A run may find its pod removed; the last word is a removal's.
func (s *soak) crowd(ctx context.Context) error {
	calls := s.each(s.calls, func(pod string) call {
		if s.random.IntN(2) == 0 {
			return s.removalOf(pod)
		}
		c := s.runOf(pod)
		c.must = false
		return c
	})
	if err := s.atOnce(ctx, "runs and removals", s.calls, calls); err != nil {
		return err
	}
	return s.removeAll(ctx)
}

// storm: all that can be done with pods meets, and a part of it is killed. Then each pod can be made
// whole, by a start where it was stopped and a run, and a removal leaves nothing.
func (s *soak) storm(ctx context.Context) error {
	if err := s.atOnce(ctx, "storm", workers, s.each(s.calls, s.anythingWith)); err != nil {
		return err
	}
	starts := s.each(s.names, func(pod string) call {
		return call{pod: pod, args: []string{"start", "-n", namespace, pod}}
	})
	if err := s.atOnce(ctx, "starts after the storm", s.names, starts); err != nil {
		return err
	}
	runs := s.each(s.names, func(pod string) call {
		return call{pod: pod, must: true, args: []string{"run", "--replace", "-n", namespace, s.file(pod, "new")}}
	})
	if err := s.atOnce(ctx, "runs after the storm", s.names, runs); err != nil {
		return err
	}
	if err := s.whole(ctx); err != nil {
		return err
	}
	return s.removeAll(ctx)
}

func (s *soak) removeAll(ctx context.Context) error {
	if err := s.atOnce(ctx, "removals of the rest", s.names, s.each(s.names, s.removalOf)); err != nil {
		return err
	}
	return s.nothing(ctx)
}

// each makes calls, as many of each pod, in a random order.
func (s *soak) each(n int, of func(pod string) call) []call {
	pods := s.pods()
	calls := make([]call, n)
	for i := range calls {
		calls[i] = of(pods[i%len(pods)])
	}
	s.random.Shuffle(n, func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	return calls
}

func (s *soak) runOf(pod string) call {
	return call{pod: pod, must: true, args: []string{"run", "-n", namespace, s.file(pod, "old")}}
}

func (s *soak) removalOf(pod string) call {
	args := []string{"rm", "-n", namespace, "--ignore-not-found", pod}
	if s.random.IntN(2) == 0 {
		args = append(args, "--now")
	}
	return call{pod: pod, must: true, args: args}
}

// anythingWith is a random call. It may fail: the pod need not be there.
func (s *soak) anythingWith(pod string) call {
	in := []string{"-n", namespace}
	choices := [][]string{
		append([]string{"run", s.file(pod, "old")}, in...),
		append([]string{"run", s.file(pod, "old")}, in...),
		append([]string{"run", "--replace", s.file(pod, "old")}, in...),
		append([]string{"run", "--replace", s.file(pod, "new")}, in...),
		append([]string{"rm", pod}, in...),
		append([]string{"rm", "--now", pod}, in...),
		append([]string{"stop", pod}, in...),
		append([]string{"stop", "--now", pod}, in...),
		append([]string{"start", pod}, in...),
		append([]string{"start", pod}, in...),
	}
	c := call{pod: pod, args: choices[s.random.IntN(len(choices))]}
	if s.random.IntN(killedOne) == 0 {
		c.killed = time.Millisecond + time.Duration(s.random.Int64N(int64(killedLate)))
	}
	return c
}
