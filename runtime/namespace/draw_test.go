package namespace

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

var update = flag.Bool("update", false, "write the golden files")

// stored is a pod and what an engine said of it.
type stored struct {
	spec    v1.PodSpec
	options translate.Options
	// down are the exit codes of the containers that have ended.
	down map[string]int
	// change is what else is to be told of the world.
	change func(w *plan.World, seen map[string]Process)
	inside pause.Look
	unseen string
	look   Look
}

func containers(names ...string) []v1.Container {
	var list []v1.Container
	for _, name := range names {
		list = append(list, v1.Container{Name: name, Image: "busybox"})
	}
	return list
}

// world is the pod as it would be on an engine: the inodes follow from what
// the containers were made with.
func (s stored) world() (plan.World, Seen) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "0-1-2-3"}, Spec: s.spec}
	w := plan.World{UID: pod.UID, Namespace: pod.Namespace, Name: pod.Name, Want: translate.New(pod, s.options)}
	w.Pause = &plan.Pause{ID: "POD-id", Name: "web_POD", State: plan.Running}
	seen := map[string]Process{"POD-id": {PID: 1000, Inodes: inodes(0, w.Want)}}
	for i, u := range w.Want.Units {
		c := plan.Container{ID: u.Name + "-id", Name: u.Request.Name, Unit: u.Name, State: plan.Running}
		if code, ok := s.down[u.Name]; ok {
			c.State, c.ExitCode = plan.Exited, code
		} else {
			seen[c.ID] = Process{PID: 1001 + i, Inodes: inodes(uint64(i+1), w.Want)}
		}
		w.Containers = append(w.Containers, c)
	}
	if s.change != nil {
		s.change(&w, seen)
	}
	return w, Seen{Processes: seen, Look: s.inside, Unseen: s.unseen}
}

// inodes are those of the nth container, the pause being 0, on an engine with
// cgroup v1.
func inodes(n uint64, b *translate.Blueprint) map[Kind]uint64 {
	const pods, machineNet = 4026532000, 4026531840
	found := map[Kind]uint64{Net: pods + 1, IPC: pods + 2, PID: pods + 3, Cgroup: first(Cgroup), User: first(User)}
	own := pods + 10*n
	found[UTS], found[Mount] = own+4, own+5
	spec := b.Pod.Spec
	if spec.HostNetwork {
		found[Net] = machineNet
	}
	if spec.HostNetwork && n > 0 {
		found[UTS] = first(UTS)
	}
	if spec.HostIPC {
		found[IPC] = first(IPC)
	}
	switch {
	case spec.HostPID:
		found[PID] = first(PID)
	case !b.SharesPID:
		found[PID] = own + 3
	}
	return found
}

func mounting(c v1.Container, volume, path string) v1.Container {
	c.VolumeMounts = append(c.VolumeMounts, v1.VolumeMount{Name: volume, MountPath: path})
	return c
}

func worlds() map[string]stored {
	yes, no := true, false
	plain := Look{Width: 80}
	five := containers("node-server", "nginx", "log-shipper-of-the-team", "metrics", "x")
	five[1] = mounting(five[1], "html", "/usr/share/nginx/html")
	five[1].VolumeMounts[0].ReadOnly = true
	five[0] = mounting(five[0], "html", "/srv")
	five[0] = mounting(five[0], "alone", "/alone")
	setup := mounting(v1.Container{Name: "setup", Image: "busybox"}, "html", "/out")
	volumes := []v1.Volume{
		{Name: "alone", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}},
		{Name: "html", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}},
	}
	always := v1.ContainerRestartPolicyAlways
	sidecar := v1.Container{Name: "mesh", Image: "busybox", RestartPolicy: &always}
	colours := Colours{Shared: "<shared>", Machine: "<machine>", Down: "<down>", Plain: "</>"}
	debugger := v1.EphemeralContainer{TargetContainerName: "a", EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "debugger", Image: "busybox"}}
	return map[string]stored{
		"five": {spec: v1.PodSpec{InitContainers: []v1.Container{setup}, Containers: five, Volumes: volumes}, down: map[string]int{"setup": 0}, look: plain},
		"host": {spec: v1.PodSpec{Containers: containers("a", "b"), HostNetwork: true, HostPID: true, HostIPC: true}, look: plain},
		"share-pid-false": {
			spec:    v1.PodSpec{Containers: containers("a", "b"), EphemeralContainers: []v1.EphemeralContainer{debugger}},
			options: translate.Options{SharePID: &no}, look: plain,
			change: func(_ *plan.World, seen map[string]Process) {
				seen["debugger-id"].Inodes[PID] = seen["a-id"].Inodes[PID]
			},
		},
		"fields": {spec: v1.PodSpec{Containers: containers("a", "b"), ShareProcessNamespace: &no}, look: plain},
		"stopped": {
			spec: v1.PodSpec{Containers: containers("a", "b", "c", "d"), ShareProcessNamespace: &yes},
			down: map[string]int{"b": 137, "d": 1}, look: plain,
		},
		"alone": {spec: v1.PodSpec{Containers: containers("a", "b")}, down: map[string]int{"a": 0}, change: func(w *plan.World, seen map[string]Process) {
			w.Containers = w.Containers[:1]
			seen["POD-id"].Inodes[Cgroup] = 4026532006 // as with cgroup v2
		}, look: plain},
		"stale": {spec: v1.PodSpec{Containers: containers("a", "b")}, change: stale, look: plain},
		"users": {spec: v1.PodSpec{Containers: containers("a", "b")}, change: func(_ *plan.World, seen map[string]Process) {
			for id, process := range seen { // cgroup v2, and an engine that is nobody's root
				process.Inodes[User], process.Inodes[Cgroup] = 4026532900, process.Inodes[Mount]+1
				seen[id] = process
			}
		}, look: plain},
		"colour": {
			spec: v1.PodSpec{Containers: containers("a", "b"), InitContainers: []v1.Container{sidecar}},
			down: map[string]int{"b": 1}, look: Look{Width: 60, Colours: colours},
		},
		"inside":        {spec: v1.PodSpec{Containers: containers("maker", "taker-of-the-long-name-that-it-has")}, look: plain, inside: seenInside()},
		"inside-narrow": {spec: v1.PodSpec{Containers: containers("maker", "taker-of-a-long-name")}, look: Look{Width: 40}, inside: seenInside()},
		"inside-host": {
			spec: v1.PodSpec{Containers: containers("maker", "b"), HostNetwork: true, HostIPC: true, HostPID: true}, look: plain, inside: seenInside(),
		},
		"zombie-colour": {
			spec: v1.PodSpec{Containers: containers("maker", "b")}, look: Look{Width: 60, Colours: colours}, inside: seenInside(),
		},
		"unseen": {spec: v1.PodSpec{Containers: containers("a")}, look: plain, unseen: "create helper container: no"},
		"narrow": {spec: v1.PodSpec{Containers: containers("a", "b", "c")}, look: Look{Width: 40}},
	}
}

// stale makes b a container of an earlier pause.
func stale(w *plan.World, seen map[string]Process) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w.Pause.StartedAt = at
	w.Containers[0].StartedAt, w.Containers[1].StartedAt = at.Add(time.Second), at.Add(-time.Second)
	seen["b-id"].Inodes[Net], seen["b-id"].Inodes[IPC], seen["b-id"].Inodes[PID] = 4026532801, 4026532802, 4026532803
}

func TestDraw(t *testing.T) {
	for name, s := range worlds() {
		t.Run(name, func(t *testing.T) {
			got := New(s.world()).Draw(s.look)
			compare(t, filepath.Join("testdata", name+".golden"), got)
			if s.look.Colours != (Colours{}) {
				return
			}
			for line := range strings.Lines(got) {
				if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > s.look.Width {
					t.Errorf("%d columns, want at most %d: %s", width, s.look.Width, line)
				}
			}
		})
	}
}

// TestColourAddsNothing draws the same with colours and without.
func TestColourAddsNothing(t *testing.T) {
	s := worlds()["colour"]
	p := New(s.world())
	coloured := p.Draw(s.look)
	for _, escape := range []string{s.look.Shared, s.look.Machine, s.look.Down, s.look.Plain} {
		coloured = strings.ReplaceAll(coloured, escape, "")
	}
	if diff := cmp.Diff(p.Draw(Look{Width: s.look.Width}), coloured); diff != "" {
		t.Errorf("with colour (-without +with):\n%s", diff)
	}
}

func TestJSON(t *testing.T) {
	text, err := json.MarshalIndent(New(worlds()["stopped"].world()), "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("testdata", "stopped.json"), string(text)+"\n")
}

// TestHostileNames keeps what others say of a pod from moving the cursor.
func TestHostileNames(t *testing.T) {
	const hostile = "x\x1b[2J\n\u202ey"
	s := stored{spec: v1.PodSpec{Containers: containers(hostile, "b"), Volumes: []v1.Volume{{Name: hostile}}}}
	for i := range s.spec.Containers {
		s.spec.Containers[i] = mounting(s.spec.Containers[i], hostile, "/"+hostile)
	}
	got := New(s.world()).Draw(Look{Width: 80})
	for _, r := range got {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%q in %s", r, got)
		}
	}
	if n := strings.Count(strings.Join(strings.Fields(got), ""), `x\x1b[2J\n\u202ey`); n != 5 {
		t.Errorf("the name is there %d times, want 5: %s", n, got)
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v: go test -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}
