package main

import (
	"archive/tar"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

//go:embed kept.yaml
var keptManifest string

const (
	keptEach  = 4                      // pods of each kind
	keptLanes = 2                      // supervisors at a time, each as if of a user of its own
	keptLong  = 4 * time.Second        // is the longest life of a supervisor, and the longest rest before one
	keptRest  = 2 * time.Minute        // in which all is to be where it should be
	keptLook  = 500 * time.Millisecond // is between two looks at that
)

// lot is how a kind of pod ends up that is kept: its phase, and how often each of its containers has
// been started, where that is known.
type lot struct {
	phase  v1.PodPhase
	starts map[string]int
}

func lots() map[string]lot {
	return map[string]lot{
		"crashes":  {v1.PodRunning, map[string]int{}},
		"retries":  {v1.PodSucceeded, map[string]int{"main": 3}},
		"fails":    {v1.PodFailed, map[string]int{"main": 1}},
		"prepares": {v1.PodRunning, map[string]int{"init": 2, "side": 2, "main": 1}},
		"hangs":    {v1.PodRunning, map[string]int{"main": 2}},
	}
}

// kept: pods that crash, retry, fail and hang are kept by supervisors of which each is killed with -9
// after a while, sometimes with another beside it. Then every pod gets where it would have got with
// one that lives, nothing has been started that was not counted, and a removal leaves nothing.
func (s *soak) kept(ctx context.Context) error {
	if s.keeps == 0 {
		return nil
	}
	files, pods, err := s.writeKept()
	if err != nil {
		return err
	}
	runs := make([]call, len(files))
	for i, file := range files {
		runs[i] = call{args: []string{"run", "--wait=created", "-n", namespace, file}}
	}
	if err := s.atOnce(ctx, "runs of what is to be kept", len(runs), runs); err != nil {
		return err
	}
	if err := s.superviseAndKill(ctx); err != nil {
		return err
	}
	if err := s.rested(ctx, pods); err != nil {
		return err
	}
	removals := make([]call, len(pods))
	for i, pod := range pods {
		removals[i] = call{pod: pod, must: true, args: []string{"rm", "-n", namespace, pod}}
	}
	if err := s.atOnce(ctx, "removals of what was kept", len(removals), removals); err != nil {
		return err
	}
	return s.nothing(ctx)
}

// superviseAndKill has supervisors live and be killed for as long as was asked for: at times there is
// none, at times there is one, and at times two know nothing of each other.
func (s *soak) superviseAndKill(ctx context.Context) error {
	lanes := make([][]ending, keptLanes)
	began := time.Now()
	var group sync.WaitGroup
	for lane := range lanes {
		random := rand.New(rand.NewPCG(s.random.Uint64(), uint64(lane)))
		some := func() time.Duration { return time.Millisecond + time.Duration(random.Int64N(int64(keptLong))) }
		group.Go(func() {
			for time.Since(began) < s.keeps && ctx.Err() == nil {
				lanes[lane] = append(lanes[lane], s.do(ctx, s.supervisor(lane, some())))
				time.Sleep(some())
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	endings := slices.Concat(lanes...)
	s.tell("supervisors", time.Since(began), endings)
	return s.judge(ctx, endings)
}

// supervisor is one that is killed after a while, of the user of a lane.
func (s *soak) supervisor(lane int, life time.Duration) call {
	return call{args: []string{"supervise"}, killed: life, env: []string{fmt.Sprintf("XDG_STATE_HOME=%s/user-%d", s.folder, lane)}}
}

func (s *soak) writeKept() (files, pods []string, err error) {
	for i := range keptEach {
		name := fmt.Sprintf("kept-%d", i)
		file := filepath.Join(s.folder, name+".yaml")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(keptManifest, "NAME", name)), 0o600); err != nil {
			return nil, nil, err
		}
		files = append(files, file)
		for kind := range lots() {
			pods = append(pods, name+"-"+kind)
		}
	}
	slices.Sort(pods)
	return files, pods, nil
}

// rested wants all pods to be where they should be, soon, with a supervisor that lives.
func (s *soak) rested(ctx context.Context, pods []string) error {
	began := time.Now()
	living, end := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer end()
	group.Go(func() {
		for living.Err() == nil {
			s.do(living, s.supervisor(0, s.within))
		}
	})
	for {
		wrong, err := s.astray(ctx, pods)
		if err == nil && len(wrong) == 0 {
			fmt.Fprintf(s.out, "soak: %d pods are where they should be after %.1f s\n", len(pods), time.Since(began).Seconds())
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if time.Since(began) > keptRest {
			return s.tellState(ctx, "not where it should be", wrong, err)
		}
		time.Sleep(keptLook)
	}
}

// astray says of each pod what is not as it should be.
func (s *soak) astray(ctx context.Context, pods []string) ([]string, error) {
	text, err := exec.CommandContext(ctx, s.minipod, "ps", "-n", namespace, "-o", "json").Output()
	if err != nil {
		return nil, fmt.Errorf("minipod ps: %w", err)
	}
	var list v1.PodList
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	started, err := s.engine.starts(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, name := range pods {
		i := slices.IndexFunc(list.Items, func(p v1.Pod) bool { return p.Name == name })
		if i < 0 {
			wrong = append(wrong, name+": is not there")
			continue
		}
		_, kind, _ := strings.Cut(strings.TrimPrefix(name, "kept-"), "-")
		for _, what := range lots()[kind].astray(list.Items[i], started[name]) {
			wrong = append(wrong, name+": "+what)
		}
	}
	return wrong, nil
}

// astray says what is not as it should be with a pod whose containers have been started so often.
func (l lot) astray(pod v1.Pod, started map[string]int) []string {
	var wrong []string
	if pod.Status.Phase != l.phase {
		wrong = append(wrong, fmt.Sprintf("is %s, want %s", pod.Status.Phase, l.phase))
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if n := started[c.Name]; n != int(c.RestartCount)+1 {
			wrong = append(wrong, fmt.Sprintf("%s has begun %d times, its restarts are %d", c.Name, n, c.RestartCount))
		}
		if want, known := l.starts[c.Name]; known && started[c.Name] != want {
			wrong = append(wrong, fmt.Sprintf("%s has begun %d times, want %d", c.Name, started[c.Name], want))
		}
	}
	return wrong
}

// starts counts, by pod and container, the lines that the attempts of a container have written.
func (e engine) starts(ctx context.Context) (map[string]map[string]int, error) {
	containers, _, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[string]map[string]int{}
	for _, c := range containers {
		pod, unit := c.Labels[translate.LabelPod], c.Labels[translate.LabelContainer]
		archive, _, err := e.cli.CopyFromContainer(ctx, c.ID, "/shared/"+unit)
		if err != nil {
			continue // a pause, or nothing was written yet: what is missing is found by the count
		}
		lines, err := linesIn(archive)
		archive.Close()
		if err != nil {
			return nil, err
		}
		if counts[pod] == nil {
			counts[pod] = map[string]int{}
		}
		counts[pod][unit] = max(counts[pod][unit], lines)
	}
	return counts, nil
}

// linesIn counts the lines of the one file of an archive.
func linesIn(archive io.Reader) (int, error) {
	r := tar.NewReader(archive)
	if _, err := r.Next(); err != nil {
		return 0, err
	}
	text, err := io.ReadAll(r)
	return bytes.Count(text, []byte("\n")), err
}
