package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/probe"
	"github.com/minipod/minipod/runtime/translate"
)

// gatherer answers the questions of a diagnosis about one pod.
type gatherer struct {
	connection
	world    plan.World
	mu       sync.Mutex
	evidence diagnose.Evidence
}

// The bounds of a diagnosis: how often it asks further, how much at a time, how
// long it waits for an answer of the engine, and of others.
const (
	rounds     = 8
	askers     = 8
	answerTime = 5 * time.Second
	othersTime = time.Second
)

// newGatherer knows what happened to a pod, and whether somebody keeps it.
func newGatherer(ctx context.Context, e connection, w plan.World) (*gatherer, error) {
	g := &gatherer{connection: e, world: w, evidence: diagnose.Evidence{Answers: map[diagnose.Question]diagnose.Answer{}}}
	var err error
	if g.evidence.Events, err = loop.EventsOf(ctx, e, w); err != nil {
		return nil, err
	}
	if at, err := place(e); err == nil {
		kept, err := isKept(ctx, e, at)
		g.evidence.Kept = kept || err != nil || isAttended(at, w.Ref())
	}
	return g, nil
}

// find asks until nothing more can be found out.
func (g *gatherer) find(ctx context.Context) (diagnose.Finding, error) {
	for range rounds {
		found := diagnose.Find(g.world, g.evidence, time.Now())
		if len(found.Asks) == 0 {
			return found, nil
		}
		g.answer(ctx, found.Asks)
		if err := context.Cause(ctx); err != nil {
			return found, err
		}
	}
	return diagnose.Find(g.world, g.evidence, time.Now()), nil
}

// answer answers questions side by side. One that cannot be answered is
// Unknown: everything else tells as much as it does.
func (g *gatherer) answer(ctx context.Context, asks []diagnose.Question) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	images := map[string][]string{}
	var group errgroup.Group
	group.SetLimit(askers)
	for _, q := range asks {
		if q.Kind == diagnose.AskImageFile {
			images[q.At] = append(images[q.At], q.Name)
			continue
		}
		group.Go(func() error {
			a, err := g.one(ctx, q)
			g.put(q, a, err)
			return nil
		})
	}
	for image, paths := range images {
		group.Go(func() error {
			files, err := g.ImageHeads(ctx, image, paths)
			for i, path := range paths {
				var a diagnose.Answer
				if err == nil {
					a.File = files[i]
				}
				g.put(diagnose.Question{Kind: diagnose.AskImageFile, At: image, Name: path}, a, err)
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
}

func (g *gatherer) put(q diagnose.Question, a diagnose.Answer, err error) {
	if err != nil {
		a.Unknown = err.Error()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.evidence.Answers[q] = a
}

// one answers one question.
func (g *gatherer) one(ctx context.Context, q diagnose.Question) (a diagnose.Answer, err error) {
	switch q.Kind {
	case diagnose.AskLog:
		a.Lines, a.Times, err = g.lastLines(ctx, q.At)
	case diagnose.AskFile:
		a.File, err = g.Head(ctx, q.At, q.Name)
	case diagnose.AskEnv:
		a.Lines, err = g.Environment(ctx, q.At)
	case diagnose.AskImage:
		a.Image, err = g.ImageConfig(ctx, q.At)
	case diagnose.AskImages:
		a.Lines, err = g.ImageNames(ctx)
	case diagnose.AskRegistry:
		ctx, cancel := context.WithTimeout(ctx, othersTime)
		defer cancel()
		a.Registry, a.Text = g.AskRegistry(ctx, q.At)
	case diagnose.AskProbe:
		a, err = g.probe(ctx, q.At, translate.ProbeKind(q.Name))
	case diagnose.AskSockets:
		a.Sockets, err = g.Sockets(ctx, g.world.Pause.ID)
	case diagnose.AskHolders:
		a.Holders, err = g.holders(ctx)
	case diagnose.AskPorts:
		a.Ports, err = g.Published(ctx)
	case diagnose.AskObjects:
		a.Inputs, err = g.Inputs(ctx, g.world)
	case diagnose.AskHostPath:
		a, err = g.hostPath(ctx, q.At)
	case diagnose.AskOOM:
		a.Times, err = g.OOMs(ctx, q.At)
	case diagnose.AskSignals:
		a.Signals, err = g.Signals(ctx, q.At)
	case diagnose.AskMachine:
		a.Text, err = g.Arch(ctx)
	}
	return a, err
}

// lastLines are what a container wrote last, and when.
func (g *gatherer) lastLines(ctx context.Context, id string) (said []string, times []time.Time, err error) {
	tail := int64(diagnose.LogLines)
	var text bytes.Buffer
	if err := g.Logs(ctx, id, engine.LogOptions{Tail: &tail, Timestamps: true}, &text, &text); err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(text.String()) {
		stamp, words, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		if err != nil {
			return nil, nil, fmt.Errorf("the time of a line of the log: %w", err)
		}
		said, times = append(said, words), append(times, at)
	}
	return said, times, nil
}

// holders are the units that listen on ports of the pod.
func (g *gatherer) holders(ctx context.Context) (all []diagnose.Holder, err error) {
	pod, err := namespacesIn(ctx, g.connection, g.world)
	for _, s := range pod.Sockets {
		for _, h := range s.Holders {
			if strings.HasPrefix(s.Protocol, "tcp") {
				all = append(all, diagnose.Holder{Unit: h.Container, Port: s.Port})
			}
		}
	}
	return all, err
}

// hostPath looks whether the path of a volume is what its type says.
func (g *gatherer) hostPath(ctx context.Context, volume string) (diagnose.Answer, error) {
	for _, h := range g.world.Want.HostPaths() {
		if h.Volume != volume {
			continue
		}
		err := g.Do(ctx, plan.Op{Kind: plan.CheckPath, Target: h.Path, HostPath: &h}, func(engine.Progress) {})
		if errors.Is(err, plan.ErrPermanent) {
			return diagnose.Answer{Failed: true, Text: err.Error()}, nil
		}
		return diagnose.Answer{}, err
	}
	return diagnose.Answer{}, fmt.Errorf("volume %s has no path of the machine", volume)
}

// probe runs a probe of a unit once, as whoever keeps the pod does.
func (g *gatherer) probe(ctx context.Context, unit string, kind translate.ProbeKind) (a diagnose.Answer, err error) {
	u, _ := g.world.Want.Unit(unit)
	c := g.world.Latest(unit)
	action, err := u.ProbeAction(kind, translate.Inputs{PodIPs: g.world.Pause.IPs})
	if c == nil || err != nil {
		return a, err
	}
	patient := action.Timeout > othersTime
	action.Timeout = min(action.Timeout, othersTime)
	began := time.Now()
	err = probe.Do(ctx, g, c.ID, g.world.Pause.ID, action)
	if err != nil && patient && time.Since(began) >= othersTime {
		return a, fmt.Errorf("no answer within %s, and the probe may take longer", othersTime)
	}
	if failure := new(plan.ProbeFailure); errors.As(err, &failure) {
		return diagnose.Answer{Failed: true, Text: failure.Output}, nil
	}
	if broken := new(plan.ProbeBroken); errors.As(err, &broken) {
		return diagnose.Answer{Failed: true, Text: broken.Error()}, nil
	}
	return a, err
}
