package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/hack/group"
)

// newTestSoak is one whose minipod is a script.
func newTestSoak(t *testing.T, script string) *soak {
	t.Helper()
	minipod := filepath.Join(t.TempDir(), "minipod")
	if err := os.WriteFile(minipod, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	processes, err := group.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := processes.End(); err != nil {
			t.Error(err)
		}
	})
	return &soak{
		options:   options{calls: 6, names: 3, within: 10 * time.Second, minipod: minipod},
		processes: processes, random: rand.New(rand.NewPCG(1, 2)),
	}
}

func TestCallsThatEnd(t *testing.T) {
	for _, test := range []struct {
		name, script string
		call         call
		want         string
	}{
		{"done", "exit 0", call{must: true}, ""},
		{"failed, and may", "exit 1", call{}, ""},
		{"failed, and may not", "exit 1", call{must: true}, "ends with code 1"},
		{"wrong usage", "exit 2", call{}, "ends with code 2"},
		{"panics", "echo panic: nil >&2; exit 1", call{}, `says "panic: "`},
		{"the name is taken", "echo the name x is taken by a container that is not of a pod; exit 1", call{}, `says "not of a pod"`},
		{"killed by us", "exec sleep 60", call{killed: time.Millisecond}, ""},
		{"done before it was to be killed", "exit 0", call{killed: time.Minute}, ""},
		{"killed by others", "kill -9 $$", call{}, "ends with code -1"},
	} {
		if got := newTestSoak(t, test.script).do(t.Context(), test.call).wrong(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestCallThatHangs(t *testing.T) {
	s := newTestSoak(t, `trap 'echo dumped; exit 2' QUIT; echo began; while :; do sleep 0.01; done`)
	s.within = 100 * time.Millisecond
	e := s.do(t.Context(), call{})
	if e.wrong() != "hangs" || e.said != "began\ndumped\n" {
		t.Errorf("it %q and said %q", e.wrong(), e.said)
	}
}

func TestCallThatIsNotThere(t *testing.T) {
	s := newTestSoak(t, "")
	s.minipod = "/nowhere"
	if e := s.do(t.Context(), call{}); e.wrong() != "ends with code 127" {
		t.Errorf("it %q and said %q", e.wrong(), e.said)
	}
}

func TestBriefHasOwnFunctions(t *testing.T) {
	e := ending{said: "pause started\nSIGQUIT: quit\nPC=0x4\n\ngoroutine 1 [select]:\nruntime.gopark(0x3)\n\truntime/proc.go:462\n" +
		"github.com/minipod/minipod/runtime/loop.(*loop).rest(0x3)\n\tloop.go:137\nmain.main()\n\nrax 0\n"}
	want := "pause started\ngoroutine 1 [select]:\ngithub.com/minipod/minipod/runtime/loop.(*loop).rest(0x3)\nmain.main()"
	if got := e.brief(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReasonsAreCounted(t *testing.T) {
	of := func(pod, said string) ending { return ending{call: call{pod: pod}, said: said} }
	got := reasons([]ending{
		of("soak-1", "made\nminipod: error: pod soak-1 is gone\n"), of("soak-2", "minipod: error: other\n"),
		of("soak-3", "minipod: error: pod soak-3 is gone\n"), of("soak-4", "made\n"),
	})
	want := []string{"  2 times: pod POD is gone", "  1 times: other"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// One seed makes one sequence of calls, and every pod has its share.
func TestCallsRepeat(t *testing.T) {
	s := newTestSoak(t, "")
	calls := func() string {
		s.random = rand.New(rand.NewPCG(7, 0))
		return fmt.Sprint(s.each(60, s.anythingWith), s.each(60, s.removalOf))
	}
	first := calls()
	if second := calls(); first != second {
		t.Errorf("one seed, two sequences:\n%s\n%s", first, second)
	}
	for _, word := range []string{"run", "--replace", "rm", "--now", "stop", "start", "killed after", "soak-0", "soak-1", "soak-2"} {
		if !strings.Contains(first, word) {
			t.Errorf("no call has %q", word)
		}
	}
}

func TestEachPodIsCalledAsOften(t *testing.T) {
	s := newTestSoak(t, "")
	times := map[string]int{}
	for _, c := range s.each(6, s.runOf) {
		times[c.pod]++
	}
	for _, pod := range s.pods() {
		if times[pod] != 2 {
			t.Errorf("%s is called %d times, want 2", pod, times[pod])
		}
	}
}

func TestParse(t *testing.T) {
	if o, err := parse([]string{"--for=1m", "--seed=7"}); err != nil || o.lasts != time.Minute || o.seed != 7 || o.calls != 200 || o.names != 10 {
		t.Errorf("options %+v, %v", o, err)
	}
	if o, err := parse(nil); err != nil || o.seed == 0 {
		t.Errorf("no seed is chosen: %+v, %v", o, err)
	}
	for _, args := range []string{"--names=0", "--calls=5", "an argument"} {
		if _, err := parse(strings.Split(args, "|")); err == nil {
			t.Errorf("%s is taken", args)
		}
	}
}

func TestLotsAreHeld(t *testing.T) {
	pod := v1.Pod{Status: v1.PodStatus{Phase: v1.PodRunning, ContainerStatuses: []v1.ContainerStatus{{Name: "main", RestartCount: 1}}}}
	for _, test := range []struct {
		kind    string
		started int
		want    []string
	}{
		{"hangs", 2, nil},
		{"crashes", 2, nil},
		{"crashes", 3, []string{"main has begun 3 times, its restarts are 1"}},
		{"retries", 2, []string{"is Running, want Succeeded", "main has begun 2 times, want 3"}},
	} {
		if got := lots()[test.kind].astray(pod, map[string]int{"main": test.started}); !slices.Equal(got, test.want) {
			t.Errorf("%s begun %d times: %q, want %q", test.kind, test.started, got, test.want)
		}
	}
}
