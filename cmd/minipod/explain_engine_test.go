package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// Every pod is made by run and by sh of what explain prints, and those that use
// all that programs know by the program that it prints. What docker inspect says
// of all that they are made of may differ in identities, addresses and times,
// and in nothing else.
func TestExplainMakesTheSamePod(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	flags := map[string][]string{
		"network":  {"-p", "127.0.0.1:@:82", "-P"},
		"words":    {"--pull=missing"},
		"confined": {"--seccomp-root", "../../runtime/explain/testdata"},
	}
	programs := []string{"walkthrough", "addresses", "confined", "file", "limits", "network", "streams", "volumes", "volumes-of-fields"}
	for _, m := range runnable(t) {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			p := &bothWays{T: t, e: e, ns: e.namespace(t, "explain"), pod: m.pod}
			p.flags = append([]string{"-n", p.ns}, flags[m.name]...)
			p.exchangePorts(m.file)
			others := map[string]any{"sh": p.made(p.script)}
			if slices.Contains(programs, m.name) {
				others["program"] = p.made(p.program)
			}
			run := p.made(func() { p.minipod(append([]string{"run"}, append(p.flags, p.file)...)...) })
			for way, other := range others {
				if diff := cmp.Diff(run, other); diff != "" {
					t.Errorf("docker inspect (-run +%s):\n%s", way, diff)
				}
			}
		})
	}
}

// podFile is a manifest of one pod.
type podFile struct {
	name, file string
	pod        *v1.Pod
}

// runnable are the manifests in testdata that are in order.
func runnable(t *testing.T) []podFile {
	t.Helper()
	files, err := filepath.Glob("../../testdata/pods/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rich, err := filepath.Glob("../../runtime/explain/testdata/*.yaml")
	if err != nil || len(rich) == 0 {
		t.Fatal("no manifests in runtime/explain/testdata", err)
	}
	var list []podFile
	for _, file := range append(files, rich...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		objects, err := podspec.Parse(file, data)
		if err != nil {
			continue // lost-indent.yaml
		}
		list = append(list, podFile{strings.TrimSuffix(filepath.Base(file), ".yaml"), file, objects[0].Pod()})
	}
	if len(list) < 10 {
		t.Fatalf("only %d manifests can be run", len(list))
	}
	return list
}

// bothWays is one pod that is made twice.
type bothWays struct {
	*testing.T
	e     *testEngine
	ns    string
	pod   *v1.Pod
	file  string
	flags []string
}

// exchangePorts copies the manifest with ports of the machine that are free.
func (p *bothWays) exchangePorts(file string) {
	p.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		p.Fatal(err)
	}
	p.file = filepath.Join(p.TempDir(), filepath.Base(file))
	text := strings.ReplaceAll(string(data), "hostPort: 8080", "hostPort: "+freePort(p.T))
	text = strings.ReplaceAll(text, "containerPort: 81}", "containerPort: "+freePort(p.T)+"}") // for -P
	if err := os.WriteFile(p.file, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
	for i := range p.flags {
		p.flags[i] = strings.ReplaceAll(p.flags[i], "@", freePort(p.T))
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// minipod runs the real main.
func (p *bothWays) minipod(args ...string) string {
	p.Helper()
	return p.command("minipod", args...)
}

// command runs a command and is what it wrote to stdout.
func (p *bothWays) command(name string, args ...string) string {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), testTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	// The user's own docker configuration may add proxies to containers.
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+p.e.address, "DOCKER_CONFIG="+p.TempDir())
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		p.Fatalf("%s %q: %v\n%s%s", name, args, err, out.String(), errs.String())
	}
	return out.String()
}

// script is minipod explain --script | sh.
func (p *bothWays) script() {
	p.Helper()
	p.command("sh", p.explained("script.sh", "--script"))
}

// program compiles and runs what minipod explain --lang go prints.
func (p *bothWays) program() {
	p.Helper()
	p.command("go", "run", p.explained("program.go", "--lang=go"))
}

// explained is a file with what explain prints.
func (p *bothWays) explained(name, flag string) string {
	p.Helper()
	file := filepath.Join(p.TempDir(), name)
	text := p.minipod(append([]string{"explain", flag}, append(p.flags, p.file)...)...)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
	return file
}

// made makes the pod, sees that minipod knows it for the pod of the manifest,
// and is what the engine says of it. Then minipod removes it.
func (p *bothWays) made(create func()) map[string]any {
	p.Helper()
	create()
	p.awaitEnd()
	again := p.minipod(append([]string{"run"}, append(p.flags, p.file)...)...)
	if want := "pod/" + p.pod.Name + " unchanged\n"; !strings.HasSuffix(again, want) {
		p.Errorf("run again says %q, want %q", again, want)
	}
	if list := p.minipod("ps", "-n", p.ns); !strings.Contains(list, "\n"+p.pod.Name+" ") {
		p.Errorf("ps does not list pod %s:\n%s", p.pod.Name, list)
	}
	all := p.inspect()
	p.roots(all)
	p.minipod("rm", "--now", "-n", p.ns, "-f", p.file)
	if left, err := p.e.left(p.ns); err != nil || len(left) > 0 {
		p.Errorf("rm leaves %v, %v", left, err)
	}
	return all
}

// awaitEnd waits for containers that end for good.
func (p *bothWays) awaitEnd() {
	p.Helper()
	if p.pod.Spec.RestartPolicy != v1.RestartPolicyNever {
		return
	}
	ctx, cancel := context.WithTimeout(p.Context(), testTime)
	defer cancel()
	for _, c := range p.pod.Spec.Containers {
		ended, failed := p.e.ContainerWait(ctx, p.ns+"__"+p.pod.Name+"_"+c.Name, container.WaitConditionNotRunning)
		select {
		case <-ended:
		case err := <-failed:
			p.Fatal(err)
		}
	}
}

// roots adds the mode and the owner of every emptyDir, as its containers see
// them: docker inspect does not say.
func (p *bothWays) roots(all map[string]any) {
	p.Helper()
	kept := map[string]bool{}
	for _, v := range p.pod.Spec.Volumes {
		kept[v.Name] = v.EmptyDir != nil
	}
	for _, c := range p.pod.Spec.Containers {
		for _, m := range c.VolumeMounts {
			if kept[m.Name] {
				path := filepath.Join("/", m.MountPath)
				all["stat "+c.Name+":"+path] = p.minipod("exec", "-n", p.ns, p.pod.Name, "-c", c.Name, "--", "stat", "-c", "%a %u:%g", path)
			}
		}
	}
}

// inspect is docker inspect of the containers and volumes by name, with what
// may differ taken out.
func (p *bothWays) inspect() map[string]any {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), testTime)
	defer cancel()
	containers, err := p.e.ContainerList(ctx, container.ListOptions{All: true, Filters: ofNamespace(p.ns)})
	own := len(p.pod.Spec.InitContainers) + len(p.pod.Spec.Containers)
	if err != nil || len(containers) != 1+own {
		p.Fatalf("%d containers, want the pause and %d more: %v", len(containers), own, err)
	}
	var words []string
	for _, c := range containers {
		words = append(words, c.ID, "(ID of "+c.Names[0]+")", c.ID[:12], "(short ID of "+c.Names[0]+")")
		for _, m := range c.Mounts {
			if m.Destination == translate.MessageRoot {
				words = append(words, m.Name, "(volume of messages)")
			}
		}
		for _, network := range c.NetworkSettings.Networks {
			if network.IPAddress != "" {
				words = append(words, network.IPAddress, "(address)")
			}
		}
	}
	identities := strings.NewReplacer(append(words, containers[0].Labels[translate.LabelUID], "(UID)")...)
	// A pod that has ended keeps its addresses, and when its containers ran.
	kept := regexp.MustCompile(`(dev\.minipod/addresses\\":\\")[^\\]*`)
	ran := regexp.MustCompile(`((?:Created|StartedAt|FinishedAt)\\+":\\+")[^\\]*`)
	replaced := func(raw []byte) string {
		told := kept.ReplaceAllString(string(raw), "${1}(address)")
		return identities.Replace(ran.ReplaceAllString(told, "${1}(time)"))
	}
	all := map[string]any{}
	for _, c := range containers {
		_, raw, err := p.e.ContainerInspectWithRaw(ctx, c.ID, false)
		if err != nil {
			p.Fatal(err)
		}
		all[c.Names[0]] = stripped(p.T, replaced(raw))
	}
	volumes, err := p.e.VolumeList(ctx, volume.ListOptions{Filters: ofNamespace(p.ns)})
	if err != nil {
		p.Fatal(err)
	}
	for _, v := range volumes.Volumes {
		_, raw, err := p.e.VolumeInspectWithRaw(ctx, v.Name)
		if err != nil {
			p.Fatal(err)
		}
		all[identities.Replace(v.Name)] = stripped(p.T, replaced(raw))
	}
	return all
}

// stripped is JSON of the engine without what two objects that were made in
// the same way may differ in.
func stripped(t *testing.T, raw string) any {
	t.Helper()
	var fields any
	if err := json.Unmarshal([]byte(raw), &fields); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		// times and process IDs
		"Created", "CreatedAt", "State.StartedAt", "State.FinishedAt", "State.Pid",
		// identities and addresses in the network
		"NetworkSettings.SandboxID", "NetworkSettings.SandboxKey",
		"NetworkSettings.EndpointID", "NetworkSettings.IPAddress", "NetworkSettings.GlobalIPv6Address", "NetworkSettings.MacAddress",
		"NetworkSettings.Networks.*.EndpointID", "NetworkSettings.Networks.*.IPAddress",
		"NetworkSettings.Networks.*.GlobalIPv6Address", "NetworkSettings.Networks.*.MacAddress",
	} {
		change(fields, strings.Split(path, "."), isSet)
	}
	// Which client made a revision, as that of a pod that has ended.
	change(fields, []string{"Labels", "dev.minipod.nonce"}, isSet)
	// What is being executed, or was until just now, such as the filling of a volume.
	change(fields, []string{"ExecIDs"}, func(any) any { return nil })
	// Folders of the writable layer, by its identity.
	change(fields, []string{"GraphDriver", "Data", "*"}, withoutLayers)
	// What has no order: the engine's list of mounts, and what docker run
	// keeps in maps: -v, --env (docker/cli issue 1574).
	for _, path := range []string{"Mounts", "HostConfig.Binds", "Config.Env"} {
		change(fields, strings.Split(path, "."), inOrder)
	}
	return withoutEmpty(fields)
}

// isSet keeps of a value whether it is set.
func isSet(v any) any {
	switch text := fmt.Sprint(v); {
	case strings.HasPrefix(text, "0001-01-01"), text == "", text == "0":
		return "unset"
	}
	return "set"
}

func withoutLayers(v any) any {
	return regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(fmt.Sprint(v), "(layer)")
}

func inOrder(v any) any {
	list, _ := v.([]any)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

// change changes the values at a path; * is every key.
func change(v any, path []string, f func(any) any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	for key := range m {
		switch {
		case path[0] != "*" && path[0] != key:
		case len(path) == 1:
			m[key] = f(m[key])
		default:
			change(m[key], path[1:], f)
		}
	}
}

// withoutEmpty leaves out null, [] and {}: the docker command sends some of
// them for what it is not told, and the engine keeps which.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			if v[key] = withoutEmpty(v[key]); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = withoutEmpty(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}
