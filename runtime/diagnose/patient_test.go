package diagnose_test

import (
	"path"
	"strconv"
	"time"

	"github.com/docker/go-connections/nat"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func (p *patient) last() *plan.Container { return &p.Containers[len(p.Containers)-1] }

func (p *patient) outOfMemory() *patient {
	p.last().OOMKilled = true
	return p
}

// lived has the last attempt have run for so long before it ended.
func (p *patient) lived(d time.Duration) *patient {
	p.last().FinishedAt = p.last().StartedAt.Add(d)
	return p
}

// livenessKilled has an attempt before the last have been ended by its
// liveness probe after so long.
func (p *patient) livenessKilled(after time.Duration) *patient {
	before := *p.last()
	before.ID, before.State, before.ExitCode = "id-before", plan.Exited, 137
	before.StartedAt = now().Add(-time.Minute)
	before.FinishedAt = before.StartedAt.Add(after)
	p.last().Attempt, p.last().StartedAt = 1, now().Add(-time.Second)
	p.Containers = append([]plan.Container{before}, p.Containers...)
	p.answers(diagnose.Question{Kind: diagnose.AskLog, At: before.ID}, diagnose.Answer{})
	p.event("main", "Unhealthy", "Liveness probe failed: dial tcp: connection refused", 2*time.Second)
	return p.event("main", "Killing", "Container main failed liveness probe, will be restarted", 2*time.Second)
}

// getsHealth has the liveness probe ask for a page that is not there.
func (p *patient) getsHealth() *patient {
	p.Want.Units[0].Container.LivenessProbe.HTTPGet.Path = "/healthz"
	return p
}

// undeclared has the manifest name no ports.
func (p *patient) undeclared() *patient {
	for _, u := range p.Want.Units {
		u.Container.Ports = nil
	}
	return p
}

// startupKilled has the container have been started again because its startup
// probe failed with some words.
func (p *patient) startupKilled(output string) *patient {
	p.event("main", "Unhealthy", "Startup probe failed: "+output, 0)
	return p.event("main", "Killing", "Container main failed startup probe, will be restarted", 0)
}

// serves has the container be asked for the index of a folder, whose page only
// the image has.
func (p *patient) serves(folder string) *patient {
	p.Want.Units[0].Container.ReadinessProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{HTTPGet: &v1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(80)}}, TimeoutSeconds: 1, PeriodSeconds: 1, FailureThreshold: 1}
	page := path.Join(folder, "index.html")
	return p.imageFile("image", page, diagnose.File{There: true}).file("id-main", page, diagnose.File{})
}

// stoppedFor has the last attempt have been stopped, for so long a time, because
// of a probe or its hook.
func (p *patient) stoppedFor(what, why string, ago time.Duration) *patient {
	c, at := p.last(), now().Add(-ago)
	c.StartedAt, c.FinishedAt, c.Restarts = at.Add(-time.Minute), at, 5
	p.Pause.StartedAt, p.Pause.Created = at.Add(-time.Hour), at.Add(-time.Hour)
	e := event.Event{Unit: c.Unit, Type: v1.EventTypeNormal, Reason: "Killing", First: at, Last: at, Count: 1, Attempt: c.ID, Why: why}
	e.Message = "Container " + c.Unit + " failed " + what + " probe, will be restarted"
	if what == "hook" {
		e.Message = "FailedPostStartHook"
	}
	p.Events, _, _ = p.Events.Add(e)
	return p
}

// livenessEvents has the last attempt have ended so long ago, its liveness probe
// have failed until then, and other events come with that.
func (p *patient) livenessEvents(ago time.Duration, more ...string) *patient {
	p.stoppedFor("", "", ago)
	p.Events = nil
	at := p.last().FinishedAt
	e := event.Event{Unit: "main", Reason: "Unhealthy", Message: "Liveness probe failed: connection refused", First: at, Last: at, Count: 3}
	p.Events, _, _ = p.Events.Add(e)
	if len(more) == 2 {
		p.event("main", more[0], more[1], ago)
	}
	return p
}

// exposes are the ports of the image.
func (p *patient) exposes(ports ...string) *patient {
	p.Images = map[string]plan.Image{p.Want.Units[0].Container.Image: {ID: "image", Ports: ports}}
	return p
}

func (p *patient) terminal() *patient {
	p.Want.Units[0].Container.TTY = true
	return p
}

// initEnded has the init container have failed, and nothing after it be made.
func (p *patient) initEnded(code int) *patient {
	p.Containers = p.Containers[:1]
	return p.ended(code)
}

// onlyInit has the init container run, and nothing after it be made.
func (p *patient) onlyInit(log ...string) *patient {
	p.Containers = p.Containers[:1]
	p.last().State, p.last().FinishedAt = plan.Running, time.Time{}
	p.answers(diagnose.Question{Kind: diagnose.AskObjects}, diagnose.Answer{})
	return p.says(log...)
}

// says has a container that runs have written lines.
func (p *patient) says(log ...string) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskLog, At: p.last().ID}, diagnose.Answer{Lines: log})
}

func (p *patient) command(words ...string) *patient {
	p.Want.Units[0].Container.Command = words
	return p
}

func (p *patient) folder(name string) *patient {
	p.Want.Units[0].Container.WorkingDir = name
	return p
}

// hostPort has a port that the pod wants be another container's.
func (p *patient) hostPort(holder string) *patient {
	const port = 4711
	p.Want.Pause.Host.PortBindings = nat.PortMap{"80/tcp": {{HostPort: strconv.Itoa(port)}}}
	p.imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755})
	return p.answers(diagnose.Question{Kind: diagnose.AskPorts}, diagnose.Answer{Ports: []diagnose.Published{
		{Container: "other_POD", Protocol: "udp", IP: "0.0.0.0", Port: port}, {Container: holder, Protocol: "tcp", IP: "0.0.0.0", Port: port},
	}})
}

// colours are the ConfigMaps that there are.
func (p *patient) colours() *patient {
	cm := func() *v1.ConfigMap { return &v1.ConfigMap{Data: map[string]string{"colour": "green"}} }
	p.Inputs = translate.Inputs{ConfigMaps: map[string]*v1.ConfigMap{"key-missing": cm(), "stale-environment": cm()}}
	p.imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755})
	return p.answers(diagnose.Question{Kind: diagnose.AskObjects}, diagnose.Answer{Inputs: p.Inputs})
}

// scripts are ConfigMaps with a script.
func (p *patient) scripts(text string) *patient { return p.keeps("run", text) }

func (p *patient) keeps(key, text string) *patient {
	p.Inputs.ConfigMaps = map[string]*v1.ConfigMap{p.Name: {Data: map[string]string{key: text}}}
	p.Contents = nil
	return p
}

// nowhere has a program be in no folder of the image.
func (p *patient) nowhere(program string) *patient {
	p.image(diagnose.Image{Env: []string{"PATH=/bin:/usr/bin"}})
	for _, folder := range []string{"/bin", "/usr/bin"} {
		p.imageFile("busybox", path.Join(folder, program), diagnose.File{})
	}
	return p
}

func (p *patient) stopped() *patient {
	p.Want.Pod.Annotations = map[string]string{translate.AnnotationIntent: string(plan.Halted)}
	return p
}

// halfStopped has somebody have asked for a stop so long ago.
func (p *patient) halfStopped(ago time.Duration) *patient {
	p.Revisions = []plan.Revision{{Name: "rev", Number: 2, Made: now().Add(-ago)}}
	return p.stopped()
}

// halfRemoved has somebody have asked for the removal so long ago.
func (p *patient) halfRemoved(ago time.Duration) *patient {
	p.halfStopped(ago)
	until, grace := metav1.NewTime(now()), int64(30)
	p.Want.Pod.DeletionTimestamp, p.Want.Pod.DeletionGracePeriodSeconds = &until, &grace
	return p
}

// restarted has the last attempt be one that was started after one that failed.
func (p *patient) restarted(ago time.Duration) *patient {
	again := *p.last()
	again.ID, again.Attempt, again.Restarts, again.State, again.StartedAt = "id-again", 1, 1, plan.Running, now().Add(-ago)
	p.Containers = append(p.Containers, again)
	return p
}

func (p *patient) deadline() *patient {
	p.Want.Pod.Annotations = map[string]string{translate.AnnotationIntent: string(plan.Ended), translate.AnnotationReason: plan.ReasonDeadline}
	return p
}

// oom has the engine have told that a process of a container was killed so long
// ago.
func (p *patient) oom(id string, ago time.Duration) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskOOM, At: id}, diagnose.Answer{Times: []time.Time{now().Add(-ago)}})
}

// imageUser has the images name a user.
func (p *patient) imageUser(name string) *patient {
	for reference, image := range p.Images {
		image.User = name
		p.Images[reference] = image
	}
	return p.imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755})
}

// runsAs has the first container name its user.
func (p *patient) runsAs(uid int64) *patient {
	p.Want.Units[0].Container.SecurityContext = &v1.SecurityContext{RunAsUser: &uid}
	return p.imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755})
}

func (p *patient) unkept() *patient {
	p.Kept = false
	return p
}

// unstarted has the pause be made and not started.
func (p *patient) unstarted() *patient {
	p.Pause.State, p.Pause.StartedAt = plan.Created, time.Time{}
	return p
}

func (p *patient) pauseDown() *patient {
	p.Pause.State, p.Pause.FinishedAt = plan.Exited, now().Add(-time.Second)
	return p
}

// paused has somebody have paused the newest attempt of the last unit.
func (p *patient) paused() *patient {
	p.Containers[len(p.Containers)-1].Paused = true
	return p
}

func (p *patient) pausePaused() *patient {
	p.Pause.Paused = true
	return p
}

func (p *patient) unreadable() *patient {
	p.Want, p.Invalid = nil, "no JSON"
	return p
}

// more has a third container run.
func (p *patient) more() *patient {
	p.Containers = append([]plan.Container{{ID: "id-more", Unit: "more", State: plan.Running}}, p.Containers...)
	return p
}

// holds has a unit listen on a port.
func (p *patient) holds(port int, unit string) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskHolders}, diagnose.Answer{Holders: []diagnose.Holder{{Unit: "main", Port: 1}, {Unit: unit, Port: port}}})
}

// grpc has the probes of the first container speak gRPC.
func (p *patient) grpc() *patient {
	for _, probe := range []*v1.Probe{p.Want.Units[0].Container.ReadinessProbe, p.Want.Units[0].Container.LivenessProbe} {
		if probe != nil {
			port := probe.TCPSocket
			probe.ProbeHandler = v1.ProbeHandler{GRPC: &v1.GRPCAction{Port: 8080}}
			if port != nil {
				probe.GRPC.Port = port.Port.IntVal
			}
		}
	}
	return p
}

// inMemory has the first volume be one in memory.
func (p *patient) inMemory(size string) *patient {
	limit := resource.MustParse(size)
	p.Want.Pod.Spec.Volumes[0].VolumeSource = v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{Medium: v1.StorageMediumMemory, SizeLimit: &limit}}
	return p
}

// settings are a ConfigMap with one file.
func (p *patient) settings() *patient {
	in := translate.Inputs{ConfigMaps: map[string]*v1.ConfigMap{p.Name: {Data: map[string]string{"app.conf": "x"}}}}
	return p.answers(diagnose.Question{Kind: diagnose.AskObjects}, diagnose.Answer{Inputs: in})
}

// args has the first container give its program arguments.
func (p *patient) args(words ...string) *patient {
	p.Want.Units[0].Container.Args = words
	return p
}

// writes has the last container have written lines just now.
func (p *patient) writes(log ...string) *patient {
	times := make([]time.Time, len(log))
	for i := range times {
		times[i] = now()
	}
	return p.answers(diagnose.Question{Kind: diagnose.AskLog, At: p.last().ID}, diagnose.Answer{Lines: log, Times: times})
}

// drops has the last container lack capabilities.
func (p *patient) drops(names ...v1.Capability) *patient {
	p.Want.Units[len(p.Want.Units)-1].Container.SecurityContext = &v1.SecurityContext{Capabilities: &v1.Capabilities{Drop: names}}
	return p
}

// onMachinesNetwork has the pod have the network of the machine, and no ports.
func (p *patient) onMachinesNetwork() *patient {
	p.Want.Pod.Spec.HostNetwork = true
	return p.undeclared()
}

// wantsKey has the first volume want a key of its ConfigMap.
func (p *patient) wantsKey(key string) *patient {
	p.Want.Pod.Spec.Volumes[0].ConfigMap.Items = []v1.KeyToPath{{Key: key, Path: "run"}}
	return p
}
