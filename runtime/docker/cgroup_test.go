package docker

import (
	"errors"
	"path"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// TestPodCgroup: a container of a pod is held to the pod's limits, and nothing
// of the cgroup outlives the pod.
func TestPodCgroup(t *testing.T) {
	e := live(t)
	info, err := e.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !info.PodCgroups {
		t.Skipf("this engine gives pods no cgroup: %s, cgroup %s", info.CgroupDriver, info.Cgroup)
	}
	p := newPod(t, e, onlyShell("sleep 600"))
	list := v1.ResourceList{v1.ResourceCPU: resource.MustParse("500m"), v1.ResourceMemory: resource.MustParse("64Mi")}
	p.want.Pod.Spec.Resources = &v1.ResourceRequirements{Requests: list, Limits: list}
	p.want = translate.New(p.want.Pod, translate.Options{PodCgroup: true})
	cgroup, limits := translate.CgroupOf(p.want.Pod), plan.ResourcesOf(p.want.Pause.Host.Resources)
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	p.do(plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name, Cgroup: cgroup, Resources: &limits})
	for _, u := range p.want.Units {
		p.do(plan.Op{Kind: plan.CreateUnit, Request: p.request(u)})
		p.do(plan.Op{Kind: plan.StartUnit, Target: u.Request.Name})
	}
	above := plan.Resources{CPUShares: 512, CPUQuota: 80_000, Memory: 64 << 20}
	if err := e.Do(t.Context(), plan.Op{Kind: plan.Resize, Target: p.name(), Unit: "main", Resources: &above}, nil); err == nil {
		t.Error("a container was given more processor time than its pod has")
	}
	limits = plan.Resources{CPUShares: 1024, CPUQuota: 80_000, Memory: 128 << 20}
	p.do(plan.Op{Kind: plan.Resize, Target: p.want.Pause.Name, Cgroup: cgroup, Resources: &limits})
	p.do(plan.Op{Kind: plan.Resize, Target: p.name(), Unit: "main", Resources: &above})
	limits.Memory = 4096
	err = e.Do(t.Context(), plan.Op{Kind: plan.Resize, Target: p.want.Pause.Name, Cgroup: cgroup, Resources: &limits}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "attempting to set pod memory limit (4096) below current usage (") {
		t.Errorf("less memory than is used: %v", err)
	}
	folder := translate.HostPath{Path: path.Join(machineCgroups, "memory", cgroup), Type: v1.HostPathDirectory}
	if is, err := e.pathType(t.Context(), folder); err != nil || is != v1.HostPathDirectory {
		t.Errorf("the cgroup is a %q: %v", is, err)
	}
	p.do(plan.Op{Kind: plan.RemoveUnit, Target: p.name()})
	p.do(plan.Op{Kind: plan.RemovePause, Target: p.want.Pause.Name, Cgroup: cgroup})
	if _, err := e.pathType(t.Context(), folder); !errors.Is(err, errNoPath) {
		t.Errorf("the cgroup has outlived the pod: %v", err)
	}
}

// TestCgroupOfAnother: what is not the pod's own is neither limited nor removed.
func TestCgroupOfAnother(t *testing.T) {
	for parent, want := range map[string]string{"": "", "machine.slice": "", "/kubepods/pod1": "", "/minipod-uid-1": "/minipod-uid-1"} {
		c := container.InspectResponse{ContainerJSONBase: &container.ContainerJSONBase{
			State: &container.State{}, HostConfig: &container.HostConfig{Resources: container.Resources{CgroupParent: parent}},
		}}
		complete(&c, "p")
		if got := pauseOf(c).Cgroup; got != want {
			t.Errorf("with the parent %q the pod's cgroup is %q, want %q", parent, got, want)
		}
	}
}
