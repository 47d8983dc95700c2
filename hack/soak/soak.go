package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/minipod/minipod/hack/group"
)

//go:embed pod.yaml
var manifest string

// soak is one under way.
type soak struct {
	options
	engine    engine
	processes *group.Group
	folder    string // of the manifests
	out       io.Writer
	random    *rand.Rand
	before    []string // the nameless volumes that were there
	wrongs    int
}

// run does one part after the other until the time is over.
func (s *soak) run(ctx context.Context) error {
	if err := s.writeManifests(); err != nil {
		return err
	}
	if err := s.engine.clear(ctx); err != nil {
		return err
	}
	defer func() { _ = s.engine.clear(context.WithoutCancel(ctx)) }()
	var err error
	if s.before, err = s.engine.nameless(ctx); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "soak: seed %d, %d calls at once on %d pods, each to end within %s\n", s.seed, s.calls, s.names, s.within)
	end := time.Now().Add(s.lasts)
	parts := s.parts()
	for n := 0; n == 0 || time.Now().Before(end); n++ {
		s.random = rand.New(rand.NewPCG(s.seed, uint64(n)))
		if err := parts[n%len(parts)](ctx); err != nil {
			return err
		}
	}
	if err := s.kept(ctx); err != nil {
		return err
	}
	if s.wrongs > 0 {
		return fmt.Errorf("%d things went wrong; seed %d", s.wrongs, s.seed)
	}
	return nil
}

// file is the manifest of a pod, in one of two versions.
func (s *soak) file(pod, version string) string {
	return filepath.Join(s.folder, pod+"-"+version+".yaml")
}

func (s *soak) pods() []string {
	names := make([]string, s.names)
	for i := range names {
		names[i] = fmt.Sprintf("soak-%d", i)
	}
	return names
}

func (s *soak) writeManifests() error {
	for _, pod := range s.pods() {
		for _, version := range []string{"old", "new"} {
			text := strings.NewReplacer("name: NAME", "name: "+pod, `"VALUE"`, `"`+version+`"`).Replace(manifest)
			if err := os.WriteFile(s.file(pod, version), []byte(text), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// atOnce runs calls side by side, all of them or workers at a time, and judges how they end.
func (s *soak) atOnce(ctx context.Context, what string, workers int, calls []call) error {
	began := time.Now()
	todo := make(chan call)
	var mu sync.Mutex
	var endings []ending
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for c := range todo {
				e := s.do(ctx, c)
				mu.Lock()
				endings = append(endings, e)
				mu.Unlock()
			}
		})
	}
	for _, c := range calls {
		todo <- c
	}
	close(todo)
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.tell(what, time.Since(began), endings)
	return s.judge(ctx, endings)
}

// tell prints how calls went.
func (s *soak) tell(what string, took time.Duration, endings []ending) {
	var longest ending
	failed, killed := 0, 0
	for _, e := range endings {
		if e.took > longest.took {
			longest = e
		}
		switch e.code {
		case 0:
		case -1:
			killed++
		default:
			failed++
		}
	}
	fmt.Fprintf(s.out, "soak: %s: %d calls in %.1f s, %d failed, %d killed; the longest %.1f s: %s\n",
		what, len(endings), took.Seconds(), failed, killed, longest.took.Seconds(), longest.call)
	for _, line := range reasons(endings) {
		fmt.Fprintf(s.out, "soak:   %s\n", line)
	}
}

// reasons counts the errors of the calls that failed, the most frequent first, whatever their pod.
func reasons(endings []ending) []string {
	times := map[string]int{}
	for _, e := range endings {
		for line := range strings.Lines(e.said) {
			if said, is := strings.CutPrefix(line, "minipod: error: "); is {
				times[strings.ReplaceAll(strings.TrimSpace(said), e.call.pod, "POD")]++
			}
		}
	}
	var lines []string
	for said, n := range times {
		lines = append(lines, fmt.Sprintf("%3d times: %s", n, said))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(b, a) })
	return lines
}

// judge prints the endings that are wrong.
func (s *soak) judge(ctx context.Context, endings []ending) error {
	before := s.wrongs
	for _, e := range endings {
		if wrong := e.wrong(); wrong != "" {
			s.wrong("%s %s; began %s, took %.1f s; it said:\n%s", e.call, wrong, e.began.UTC().Format(time.TimeOnly), e.took.Seconds(), e.brief())
		}
	}
	if s.wrongs == before {
		return nil
	}
	return s.tellEngine(ctx)
}

func (s *soak) wrong(format string, args ...any) {
	s.wrongs++
	fmt.Fprintf(s.out, "soak: WRONG: "+strings.TrimSpace(format)+"\n", args...)
}

// tellEngine prints all that the engine has of the pods.
func (s *soak) tellEngine(ctx context.Context) error {
	lines, err := s.engine.left(ctx)
	fmt.Fprintf(s.out, "soak: the engine at %s:\n  %s\n", time.Now().UTC().Format(time.TimeOnly), strings.Join(lines, "\n  "))
	return err
}

// whole wants every pod to be there and to run.
func (s *soak) whole(ctx context.Context) error {
	wrong, err := s.engine.notWhole(ctx, s.pods())
	return s.tellState(ctx, "not whole", wrong, err)
}

// nothing wants nothing to be left, and sees to it for the next part.
func (s *soak) nothing(ctx context.Context) error {
	left, err := s.engine.left(ctx)
	nameless, failed := s.engine.nameless(ctx)
	for _, name := range nameless {
		if !slices.Contains(s.before, name) {
			left = append(left, "volume "+name)
			s.before = append(s.before, name)
		}
	}
	err = errors.Join(err, failed)
	return errors.Join(s.tellState(ctx, "left over", left, err), s.engine.clear(ctx))
}

func (s *soak) tellState(ctx context.Context, what string, lines []string, err error) error {
	if err != nil || len(lines) == 0 {
		return err
	}
	s.wrong("%s:\n  %s", what, strings.Join(lines, "\n  "))
	return s.tellEngine(ctx)
}
