package docker

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func TestPauseImageComesOutOfTheProgram(t *testing.T) {
	e := live(t)
	if err := e.getPauseImage(t.Context(), pause.Reference, nil); err != nil {
		t.Fatal(err)
	}
	if found, ok, err := e.image(t.Context(), pause.Reference); !ok || err != nil || found.ID == "" {
		t.Errorf("the image is %+v (%t, %v), want it with its ID", found, ok, err)
	}
}

func TestAnotherPauseImageIsPulled(t *testing.T) {
	p := newPod(t, live(t), onlyShell("true"))
	p.want = translate.New(p.want.Pod, translate.Options{PauseImage: "127.0.0.1:1/other/pause:1"})
	err := p.e.Do(t.Context(), plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause}, nil)
	if !errors.Is(err, plan.ErrUnreachable) || !strings.Contains(err.Error(), "pull 127.0.0.1:1/other/pause:1") {
		t.Errorf("got %v, want its registry to be out of reach", err)
	}
}

func TestVolumesHaveTheirModes(t *testing.T) {
	e := live(t)
	group := int64(1234)
	c := shell("sleep 3600")
	c.VolumeMounts = []v1.VolumeMount{{Name: "disk", MountPath: "/disk"}, {Name: "memory", MountPath: "/memory"}}
	for name, want := range map[string]struct {
		context      *v1.PodSecurityContext
		disk, memory string
	}{
		"by default":   {nil, "777 0", "1777 0"},
		"with a group": {&v1.PodSecurityContext{FSGroup: &group}, "2777 1234", "3777 1234"},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPod(t, e, v1.PodSpec{
				Containers: []v1.Container{c}, SecurityContext: want.context,
				Volumes: []v1.Volume{
					{Name: "disk", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}},
					{Name: "memory", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{Medium: v1.StorageMediumMemory}}},
				},
			})
			out, _, _ := run(t, e, p.name(), "stat", "-c", "%a %g", "/disk", "/memory")
			if out != want.disk+"\n"+want.memory+"\n" {
				t.Errorf("modes and groups are %q, want %s and %s", out, want.disk, want.memory)
			}
		})
	}
}

// Of the pods that are made side by side around a new claim one gives it to its group, and the others leave it.
func TestNewClaimOfManyPods(t *testing.T) {
	e := live(t)
	group, name := int64(1234), "c-"+strings.ToLower(rand.Text())
	spec := func(fsGroup *int64) v1.PodSpec {
		c := shell("sleep 3600")
		c.VolumeMounts = []v1.VolumeMount{{Name: "v", MountPath: "/v"}}
		return v1.PodSpec{
			Containers: []v1.Container{c}, SecurityContext: &v1.PodSecurityContext{FSGroup: fsGroup},
			Volumes: []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: name}}}},
		}
	}
	t.Cleanup(func() {
		if err := e.Do(context.WithoutCancel(t.Context()), plan.Op{Kind: plan.RemoveVolume, Target: translate.ClaimVolume(testNamespace(), name)}, nil); err != nil {
			t.Error(err)
		}
	})
	pods := []*testPod{newPod(t, e, spec(&group))}
	for range 4 {
		pods = append(pods, newPod(t, e, spec(nil)))
	}
	var all errgroup.Group
	for _, p := range pods {
		p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
		all.Go(func() error {
			return e.Do(t.Context(), plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name, Volumes: p.want.Volumes}, nil)
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	root, err := e.rootOf(t.Context(), pods[0].want.Pause.Name, pods[0].want.Volumes[0])
	if err != nil || !root.belongs(int(group)) {
		t.Errorf("the root has mode %o and group %d, %v", root.mode, root.gid, err)
	}
}

// publishing is a pod whose container has a host port.
func publishing(port int) v1.PodSpec {
	c := shell("sleep 3600")
	c.Ports = []v1.ContainerPort{{ContainerPort: 80, HostPort: int32(port), Protocol: v1.ProtocolTCP}}
	return v1.PodSpec{Containers: []v1.Container{c}}
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestPortThatIsTaken(t *testing.T) {
	e := live(t)
	port := freePort(t)
	holder := startPod(t, e, publishing(port))
	if ports := holder.world().Pause.Ports; len(ports) == 0 || ports[0] != "0.0.0.0:"+strconv.Itoa(port)+"->80/tcp" {
		t.Errorf("ports are %q, want them as docker ps words them", ports)
	}
	p := newPod(t, e, publishing(port))
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	err := e.Do(t.Context(), plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name}, nil)
	words := "host port " + strconv.Itoa(port) + "/tcp is taken by container " + holder.want.Pause.Name
	if !errors.Is(err, plan.ErrPermanent) || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want a permanent error with %q", err, words)
	}
	if w := p.world(); w.Pause.State != plan.Created || w.Pause.Error == "" {
		t.Errorf("pause is %+v, want one that was not started, and why", w.Pause)
	}
}

func TestPortThatAnotherProgramHas(t *testing.T) {
	e := live(t)
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := newPod(t, e, publishing(l.Addr().(*net.TCPAddr).Port))
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	err = e.Do(t.Context(), plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name}, nil)
	if !errors.Is(err, plan.ErrPermanent) || strings.Contains(err.Error(), "taken by container") {
		t.Errorf("got %v, want a permanent error that names no container", err)
	}
}

func TestStartOfWhatCannotRun(t *testing.T) {
	e := live(t)
	p := newPod(t, e, v1.PodSpec{Containers: []v1.Container{{Name: "main", Command: []string{"/no/such/command"}}}})
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	p.do(plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name})
	p.do(plan.Op{Kind: plan.CreateUnit, Request: p.request(p.want.Units[0])})
	start := plan.Op{Kind: plan.StartUnit, Target: p.name()}
	if err := e.Do(t.Context(), start, nil); !errors.Is(err, plan.ErrPermanent) || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v, want a permanent error in the engine's words", err)
	}
	if c := p.world().Latest("main"); !c.Ended() || c.ExitCode < 126 || c.Error == "" {
		t.Errorf("the attempt is %+v, want one that has ended, and why", c)
	}
	if err := e.Do(t.Context(), start, nil); !errors.Is(err, plan.ErrStale) {
		t.Errorf("the second start answers %v, want %v", err, plan.ErrStale)
	}
}

func TestStopGivesTime(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("trap 'exit 5' TERM; touch /ready; while :; do sleep 0.05; done"))
	p.until("test -e /ready")
	p.do(plan.Op{Kind: plan.StopUnit, Target: p.name(), Grace: 30 * time.Second})
	if c := p.world().Latest("main"); c.State != plan.Exited || c.ExitCode != 5 {
		t.Errorf("the attempt is %+v, want one that ended by itself with 5", c)
	}
	stubborn := startPod(t, e, onlyShell("trap '' TERM; touch /ready; while :; do sleep 0.05; done"))
	stubborn.until("test -e /ready")
	stubborn.do(plan.Op{Kind: plan.StopUnit, Target: stubborn.name(), Grace: 300 * time.Millisecond})
	if c := stubborn.world().Latest("main"); c.State != plan.Exited || c.ExitCode != 137 {
		t.Errorf("the attempt is %+v, want one that was killed", c)
	}
}

func TestNameOfAForeignContainer(t *testing.T) {
	e := live(t)
	p := newPod(t, e, onlyShell("true"))
	made, err := e.cli.ContainerCreate(t.Context(), &container.Config{Image: "busybox:latest"}, nil, nil, nil, p.want.Pause.Name)
	if err != nil {
		t.Fatal(err)
	}
	err = e.Do(t.Context(), plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause}, nil)
	if !errors.Is(err, plan.ErrPermanent) || !strings.Contains(err.Error(), made.ID[:12]) {
		t.Errorf("got %v, want a permanent error that names container %.12s", err, made.ID)
	}
}

func TestCreateWithoutItsImage(t *testing.T) {
	e := live(t)
	p := newPod(t, e, v1.PodSpec{Containers: []v1.Container{{Name: "main", Image: "not.here/at-all:1"}}})
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	if images := p.world().Images; len(images) != 0 {
		t.Errorf("images are %+v, want none", images)
	}
	err := e.Do(t.Context(), plan.Op{Kind: plan.CreateUnit, Request: p.request(p.want.Units[0])}, nil)
	if !errors.Is(err, plan.ErrStale) {
		t.Errorf("got %v, want %v", err, plan.ErrStale)
	}
}
