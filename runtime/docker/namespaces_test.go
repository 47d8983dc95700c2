package docker

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/namespace"
	"github.com/minipod/minipod/runtime/translate"
)

// kernel is what the kernel of this machine, which has to be the engine's
// too, says of the main processes of containers.
func kernel(t *testing.T, e *Engine, ids []string) map[string]namespace.Process {
	t.Helper()
	truth := map[string]namespace.Process{}
	for _, id := range ids {
		found, err := e.cli.ContainerInspect(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		pid := found.State.Pid
		if pid == 0 {
			continue
		}
		process := namespace.Process{PID: pid, Inodes: map[namespace.Kind]uint64{}}
		for _, k := range namespace.Kinds() {
			link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, k))
			if err != nil {
				t.Fatalf("%v: it takes root on the engine's machine", err)
			}
			var inode uint64
			if _, err := fmt.Sscanf(link, string(k)+":[%d]", &inode); err != nil {
				t.Fatalf("%s: %v", link, err)
			}
			process.Inodes[k] = inode
		}
		truth[id] = process
	}
	return truth
}

// podIDs are the IDs of a pod's containers, the pause first.
func (p *testPod) podIDs() []string {
	w := p.world()
	ids := []string{w.Pause.ID}
	for _, c := range w.Containers {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestNamespaces compares both ways to the namespaces with the kernel's own
// words, for the ways in which a pod can share them.
func TestNamespaces(t *testing.T) {
	e := alone(t) // no helpers are left, of nobody
	yes, no := true, false
	two := func() []v1.Container {
		main, ended := shell("sleep 3600"), shell("exit 3")
		ended.Name = "ended"
		user := int64(1234)
		main.SecurityContext = &v1.SecurityContext{RunAsUser: &user}
		return []v1.Container{main, ended}
	}
	for name, spec := range map[string]v1.PodSpec{
		"shared":    {ShareProcessNamespace: &yes},
		"apart":     {ShareProcessNamespace: &no},
		"host":      {HostNetwork: true, HostPID: true, HostIPC: true},
		"plain net": {HostNetwork: true},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Containers = two()
			p := startPod(t, e, spec)
			p.await("ended")
			ids := append(p.podIDs(), "0123456789abcdef")
			want := kernel(t, e, ids[:len(ids)-1])
			if len(want) != 2 {
				t.Fatalf("%d containers run, want the pause and one", len(want))
			}
			for way, read := range map[string]func(context.Context, []string) (map[string]namespace.Process, error){
				"inside": func(ctx context.Context, ids []string) (map[string]namespace.Process, error) {
					seen, err := e.Inside(ctx, ids[0], ids)
					return seen.Processes, err
				},
				"top": func(ctx context.Context, ids []string) (map[string]namespace.Process, error) {
					return e.namespaces(ctx, ids, e.top)
				},
			} {
				got, err := read(t.Context(), ids)
				if err != nil {
					t.Errorf("%s: %v", way, err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-kernel +got):\n%s", way, diff)
				}
			}
		})
	}
	if left := helpers(t, e); len(left) > 0 {
		t.Errorf("helpers are left: %v", left)
	}
}

// TestHelperIsRemoved breaks a helper off that would run for an hour.
func TestHelperIsRemoved(t *testing.T) {
	e := alone(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := onlooker()
	r.Config.Cmd = nil // it holds a pod
	ended := make(chan error)
	go func() {
		_, err := e.output(ctx, r)
		ended <- err
	}()
	for !slices.ContainsFunc(helpers(t, e), func(c container.Summary) bool { return c.State == "running" }) {
		select {
		case err := <-ended:
			t.Fatalf("the helper has ended: %v", err)
		default:
		}
	}
	cancel()
	if err := <-ended; !isContext(err) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if left := helpers(t, e); len(left) > 0 {
		t.Errorf("helpers are left: %v", left)
	}
}

func helpers(t *testing.T, e *Engine) []container.Summary {
	t.Helper()
	list, err := e.cli.ContainerList(t.Context(), container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", translate.LabelHelper))})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestProcessOf reads what ps prints, and finds out that it cannot.
func TestProcessOf(t *testing.T) {
	titles := strings.Fields("PID NETNS IPCNS PIDNS UTSNS MNTNS CGROUPNS USERNS")
	row := strings.Fields("7 1 2 3 4 5 6 7")
	for _, c := range []struct {
		name   string
		titles []string
		rows   [][]string
		ok     bool
		err    error
	}{
		{name: "found", titles: titles, rows: [][]string{{"8"}, row}, ok: true},
		{name: "another process", titles: titles, rows: [][]string{{"8"}}},
		{name: "no cgroups", titles: titles[:6], rows: [][]string{row[:6]}, err: errNoNamespaces},
		{name: "unreadable", titles: titles, rows: [][]string{strings.Fields("7 - - - - - - -")}, err: errNoNamespaces},
		{name: "other titles", titles: []string{"USER", "COMMAND"}, rows: [][]string{{"root", "sh"}}, err: errNoNamespaces},
	} {
		process, ok, err := processOf(container.TopResponse{Titles: c.titles, Processes: c.rows}, 7)
		if ok != c.ok || err != c.err {
			t.Errorf("%s: %t, %v, want %t, %v", c.name, ok, err, c.ok, c.err)
		}
		if ok && (process.PID != 7 || process.Inodes[namespace.Net] != 1 || process.Inodes[namespace.User] != 7) {
			t.Errorf("%s: %+v", c.name, process)
		}
	}
	if !slices.Equal(strings.Split(strings.ToUpper(columns()), ","), titles) {
		t.Errorf("the columns are %s", columns())
	}
}
