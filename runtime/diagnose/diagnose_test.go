package diagnose_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/go-connections/nat"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func now() time.Time { return time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC) }

// patient is a pod of testdata/broken and what is seen of it.
type patient struct {
	plan.World
	diagnose.Evidence
}

// of is the pod of a manifest, with its pause; its units have been made a
// minute ago and run.
func of(t *testing.T, name string) *patient {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "broken", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	exchange := strings.NewReplacer("REGISTRY", "registry.example", "FOREIGN", "foreign", "TAKEN", "4711")
	objects, err := podspec.Parse(name, []byte(exchange.Replace(string(text))))
	if err != nil {
		t.Fatal(err)
	}
	pod := objects[0].Pod()
	w := plan.World{UID: "u", Namespace: "default", Name: pod.Name, Want: translate.New(pod, translate.Options{}), Images: map[string]plan.Image{}, Contents: map[string]string{}}
	for i, u := range w.Want.Units {
		start := now().Add(-time.Minute).Add(time.Duration(i) * time.Second)
		w.Containers = append(w.Containers, plan.Container{
			ID: "id-" + u.Name, Name: pod.Name + "_" + u.Name, Unit: u.Name, Image: u.Container.Image, ImageID: "image", Hash: u.Hash, State: plan.Running, Created: start, StartedAt: start,
		})
		if c := &w.Containers[i]; u.Kind == translate.Init {
			c.State, c.FinishedAt = plan.Exited, start.Add(time.Millisecond)
		}
	}
	w.Images["image"] = plan.Image{ID: "image"}
	for _, v := range w.Want.Filled() {
		w.Contents[v.Docker] = "hash"
	}
	w.Pause = &plan.Pause{ID: "pause", Name: pod.Name + "_POD", State: plan.Running, Policy: plan.PolicyAlways, Created: now().Add(-2 * time.Minute), StartedAt: now().Add(-2 * time.Minute), IPs: []string{"192.0.2.1"}}
	return &patient{w, diagnose.Evidence{Kept: true, Answers: map[diagnose.Question]diagnose.Answer{}}}
}

// manifest is the same pod before it is run.
func manifest(t *testing.T, name string) *patient {
	p := of(t, name)
	p.Pause, p.Containers = nil, nil
	for _, u := range p.Want.Units {
		p.Images[u.Container.Image] = plan.Image{ID: "image"}
	}
	return p
}

// ended has the newest attempt of the last unit have ended, ten seconds ago.
func (p *patient) ended(code int, log ...string) *patient {
	c := &p.Containers[len(p.Containers)-1]
	c.State, c.ExitCode, c.FinishedAt = plan.Exited, code, now().Add(-10*time.Second)
	return p.answers(diagnose.Question{Kind: diagnose.AskLog, At: c.ID}, diagnose.Answer{Lines: log})
}

// lost has somebody have removed it while it ran.
func (p *patient) lost() *patient {
	c := &p.Containers[len(p.Containers)-1]
	c.Lost, c.Unknown = true, true
	return p
}

// refused has the engine have refused to start it.
func (p *patient) refused(code int, words string) *patient {
	p.ended(code)
	c := &p.Containers[len(p.Containers)-1]
	c.State, c.Error, c.StartedAt = plan.Created, words, time.Time{}
	return p
}

func (p *patient) answers(q diagnose.Question, a diagnose.Answer) *patient {
	p.Answers[q] = a
	return p
}

func (p *patient) file(at, path string, f diagnose.File) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskFile, At: at, Name: path}, diagnose.Answer{File: f})
}

func (p *patient) imageFile(image, path string, f diagnose.File) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskImageFile, At: image, Name: path}, diagnose.Answer{File: f})
}

func (p *patient) listens(on ...string) *patient {
	var sockets []pause.Socket
	for _, address := range on {
		sockets = append(sockets, pause.Socket{Protocol: "tcp", Local: netip.MustParseAddrPort(address)})
	}
	return p.answers(diagnose.Question{Kind: diagnose.AskSockets}, diagnose.Answer{Sockets: sockets})
}

func (p *patient) probe(kind, output string) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskProbe, At: "main", Name: kind}, diagnose.Answer{Failed: true, Text: output})
}

func (p *patient) event(unit, reason, message string, ago time.Duration) *patient {
	at := now().Add(-ago)
	p.Events, _, _ = p.Events.Add(event.Event{Unit: unit, Type: v1.EventTypeWarning, Reason: reason, Message: message, First: at, Last: at, Count: 1})
	return p
}

func (p *patient) image(i diagnose.Image) *patient {
	for _, reference := range []string{"image", p.Want.Units[0].Container.Image} {
		p.answers(diagnose.Question{Kind: diagnose.AskImage, At: reference}, diagnose.Answer{Image: i})
	}
	return p
}

// absent has no attempt of the units have been made, nor their images be there.
func (p *patient) absent() *patient {
	p.Containers, p.Images = nil, map[string]plan.Image{}
	return p
}

func (p *patient) registry(says diagnose.Registry, words string) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskRegistry, At: p.Want.Units[0].Container.Image}, diagnose.Answer{Registry: says, Text: words})
}

func (p *patient) machine(arch string) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskMachine}, diagnose.Answer{Text: arch})
}

func (p *patient) found() []diagnose.Cause { return diagnose.Find(p.World, p.Evidence, now()).Causes }

func elf(machine byte) []byte {
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01")
	head[18] = machine
	return head
}

// Every cause is found in what is seen of a pod that has it, and its sentence
// says what matters.
func TestCauses(t *testing.T) {
	const runc = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	script := func(head string) diagnose.File { return diagnose.File{There: true, Mode: 0o755, Head: []byte(head)} }
	for _, c := range []struct {
		name string
		of   *patient
		want string // certain cause: words of its text
	}{
		{"name", of(t, "image-missing").absent().registry(diagnose.RegistryHasNot, "name unknown"), "certain image-missing: does not exist in registry"},
		{"tag", of(t, "tag-missing").absent().registry(diagnose.RegistryHasNot, "manifest unknown"), "certain tag-missing: has no tag nosuch"},
		{"refused", of(t, "image-refused").absent().registry(diagnose.RegistryRefuses, "denied"), "likely image-refused: docker login"},
		{"silent", of(t, "registry-unreachable").absent().registry(diagnose.RegistrySilent, "connection refused"), "certain registry-unreachable: registry 127.0.0.1:1 cannot be reached"},
		{"told", of(t, "registry-unreachable").absent().answers(diagnose.Question{Kind: diagnose.AskRegistry, At: "127.0.0.1:1/app:1"}, diagnose.Answer{Unknown: "x"}).event("main", "Failed", `Failed to pull image "127.0.0.1:1/app:1": manifest unknown`, 0), "certain tag-missing: has no tag 1"},
		{"near", of(t, "image-never-pulled").absent().answers(diagnose.Question{Kind: diagnose.AskImages}, diagnose.Answer{Lines: []string{"nginx:latest", "busybox:latest"}}), "certain image-never-pulled: the engine has busybox"},
		{"foreign image", of(t, "wrong-architecture").image(diagnose.Image{Architecture: "arm64", Cmd: []string{"/program"}}).machine("amd64").ended(1, "exec /program: exec format error"), "certain wrong-architecture: is made for arm64, and the engine's machine is amd64"},
		{"foreign program", of(t, "no-shebang").machine("amd64").ended(1, "exec /scripts/run: exec format error").file("id-main", "/scripts/run", diagnose.File{There: true, Head: elf(0xb7)}), "certain wrong-architecture: the program /scripts/run"},
		{"no program", of(t, "command-not-found").refused(127, runc+`exec: "nosuchprogram": executable file not found in $PATH: unknown`), "certain command-not-found: the command nosuchprogram of container main is in no folder of the PATH"},
		{"in place of the program", of(t, "command-not-found").image(diagnose.Image{Entrypoint: []string{"/server"}}).refused(127, runc+`exec: "nosuchprogram": executable file not found in $PATH: unknown`), "certain command-not-found: command takes the place of the image's ENTRYPOINT (/server), args are given to it"},
		{"no program for arguments", of(t, "command-not-found").image(diagnose.Image{Cmd: []string{"server", "-x y"}}).command().args("--debug").refused(127, runc+`exec: "--debug": executable file not found in $PATH: unknown`), "certain command-not-found: the image has no ENTRYPOINT, and args take the place of its CMD (server '-x y')"},
		{"env of a script", of(t, "interpreter-missing").ended(127, "/usr/bin/env: 'python3': No such file or directory").file("id-main", "/scripts/run", script("#!/usr/bin/env python3\n")), "certain interpreter-missing: the script /scripts/run of container main asks for python3"},
		{"no file of the folder", of(t, "working-dir-missing").command("./run").refused(127, runc+`exec: "./run": stat ./run: no such file or directory: unknown`).image(diagnose.Image{}).file("id-main", "/etc/passwd/run", diagnose.File{}), "certain command-not-found: the command /etc/passwd/run of container main does not exist in its files"},
		{"words of a shell", of(t, "liveness-command-missing").ended(137).lived(time.Second).event("main", "Unhealthy", "Liveness probe failed: "+runc+`exec: "cat /x | grep y": stat cat /x | grep y: no such file or directory: unknown`, 0), `certain probe-command-missing: write ["sh", "-c", "cat /x | grep y"]`},
		{"no file", of(t, "no-shebang").refused(127, runc+`exec: "/scripts/run": stat /scripts/run: no such file or directory: unknown`).file("id-main", "/scripts/run", diagnose.File{}), "certain command-not-found: does not exist"},
		{"shell", of(t, "shell-command-not-found").ended(127, "sh: nosuchprogram: not found"), "certain command-not-found: sh: nosuchprogram: not found"},
		{"library of glibc", of(t, "library-missing").ended(127, "ls: error while loading shared libraries: libselinux.so.1: cannot open shared object file: No such file or directory"), "certain library-missing: a program in container main wants the shared library libselinux.so.1, which is not where the loader of image debian looks for it"},
		{"library of musl", of(t, "library-missing").ended(127, "Error loading shared library libfoo.so.1: No such file or directory (needed by /app)", "Error relocating /app: x: symbol not found"), "certain library-missing: wants the shared library libfoo.so.1,"},
		{"folder of the command", of(t, "command-not-found").changed(appOfRoot).refused(126, runc+`exec: "/app/run": stat /app/run: permission denied: unknown`).file("id-main", "/app/run", diagnose.File{There: true, Mode: 0o755}).file("id-main", "/app", diagnose.File{There: true, Dir: true, Mode: 0o700}), "certain permission-denied: runs as user 1000 (groups 0), who may not enter /app, where its command /app/run is: /app belongs to 0:0 and has mode 0700"},
		{"command of another user", of(t, "command-not-found").changed(appOfRoot).refused(126, runc+`exec: "/app/run": permission denied: unknown`).file("id-main", "/app/run", diagnose.File{There: true, Mode: 0o700}), "certain permission-denied: who may not run its command /app/run: /app/run belongs to 0:0 and has mode 0700"},
		{"env", of(t, "shell-command-not-found").ended(127, "env: can't execute 'python3': No such file or directory"), "certain command-not-found: env in container main does not find a command"},
		{"planned working directory", manifest(t, "working-dir-missing").imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755}).imageFile("busybox", "/etc/passwd", diagnose.File{There: true, Mode: 0o644}), "certain working-dir-missing: is a file in image busybox"},
		{"mode", of(t, "not-executable").refused(126, runc+`exec: "/scripts/run": permission denied: unknown`).file("id-main", "/scripts/run", diagnose.File{There: true, Mode: 0o644}), "certain not-executable: defaultMode: 0755"},
		{"no shebang", of(t, "no-shebang").ended(1, "exec /scripts/run: exec format error").file("id-main", "/scripts/run", script("echo hello\n")), "certain no-shebang: no first line"},
		{"crlf", of(t, "script-crlf").ended(1, "exec /scripts/run: no such file or directory").file("id-main", "/scripts/run", script("#!/bin/sh\r\n")), `certain script-crlf: "/bin/sh\r"`},
		{"interpreter", of(t, "interpreter-missing").ended(1, "exec /scripts/run: no such file or directory").file("id-main", "/scripts/run", script("#!/usr/bin/python3\n")).file("id-main", "/usr/bin/python3", diagnose.File{}), "certain interpreter-missing: asks for /usr/bin/python3"},
		{"loader", of(t, "script-crlf").ended(1, "exec /scripts/run: no such file or directory").file("id-main", "/scripts/run", diagnose.File{There: true, Head: elf(0x3e)}), "likely loader-missing: dynamic loader"},
		{"not started", of(t, "crashed").refused(127, runc+"error mounting something"), "certain start-failed: error mounting something"},
		{"not made", of(t, "working-dir-missing").absent().registry(diagnose.RegistryHas, "").event("main", "Failed", "Error: not a directory", 0), "certain create-failed: not a directory"},
		{"shell without work", of(t, "shell-with-nothing-to-do").ended(0), "certain shell-with-nothing-to-do: stdin: true"},
		{"planned shell without work", manifest(t, "shell-with-nothing-to-do").imageFile("busybox", "/bin/sh", diagnose.File{There: true, Mode: 0o755}).image(diagnose.Image{Cmd: []string{"sh"}}), "certain shell-with-nothing-to-do: stdin: true"},
		{"nginx in the background", of(t, "goes-into-background").ended(0), "likely goes-into-background: nginx in container main goes into the background, which ends its container: nginx -g 'daemon off;' keeps it in the foreground"},
		{"nginx after a script", of(t, "goes-into-background").command("sh", "-c", "envsubst <t >c 2>&1 && exec nginx").ended(0), "likely goes-into-background: nginx -g 'daemon off;'"},
		{"a job of the shell", of(t, "goes-into-background").command("/entry.sh", "sh", "-c", "server -x & echo started").ended(0), "likely goes-into-background: without & the shell waits for it"},
		{"a service", of(t, "goes-into-background").command("bash", "-c", "service ssh start").ended(0), "likely goes-into-background: service ssh"},
		{"nginx in the foreground", of(t, "goes-into-background").command("nginx", "-g", "daemon off;").ended(0), "certain ended: restartPolicy"},
		{"nginx's test", of(t, "goes-into-background").command("nginx", "-t").ended(0), "certain ended: restartPolicy"},
		{"a shell that waits", of(t, "goes-into-background").command("sh", "-c", "a & b && c 2>&1; wait").ended(0), "certain ended: restartPolicy"},
		{"an empty script", of(t, "goes-into-background").command("sh", "-c", ";").ended(0), "certain ended: restartPolicy"},
		{"capability that was not given", of(t, "ended").ended(2, "ip: RTNETLINK answers: Operation not permitted").image(diagnose.Image{}), "likely capability-missing: wants what only the capability NET_ADMIN allows, which no container has unless it is given it: securityContext.capabilities.add: [NET_ADMIN]"},
		{"done", of(t, "ended").ended(0, "done"), "certain ended: restartPolicy: OnFailure"},
		{"removed by somebody", of(t, "crashed").ended(137).lost(), "certain crashed: somebody has removed it while it ran"},
		{"crash", of(t, "crashed").ended(3, "no user given"), "certain crashed: ended with exit code 3"},
		{"init crash", of(t, "init-stuck").initEnded(7), "certain crashed: init container setup ended with exit code 7; nothing after it starts"},
		{"memory", of(t, "out-of-memory").ended(137).outOfMemory(), "certain out-of-memory: its limit is 16Mi (spec.containers[0].resources.limits.memory)"},
		{"liveness", of(t, "liveness-too-early").livenessKilled(2 * time.Second), "likely liveness-too-early: had it killed 2s after its start"},
		{"liveness without events", of(t, "liveness-too-early").ended(143).lived(time.Second), "likely liveness-too-early: startupProbe"},
		{"liveness of long ago", of(t, "liveness-too-early").ended(0).stoppedFor("liveness", "its liveness probe failed: connection refused", time.Hour), "likely liveness-failing: has it started again"},
		{"liveness, ended with 0, without the attempt", of(t, "liveness-too-early").ended(0).livenessEvents(time.Hour, "Killing", "Container main failed liveness probe, will be restarted"), "likely liveness-failing: connection refused"},
		{"liveness, ended with 0, without a stop", of(t, "liveness-too-early").ended(0).livenessEvents(time.Hour), "likely liveness-failing: connection refused"},
		{"liveness of another port while it runs", of(t, "liveness-too-early").livenessKilled(2 * time.Second).listens("0.0.0.0:80"), "certain probe-port: goes to port 8080, where nobody listens, and has it started again; the pod listens on 80"},
		{"liveness of another port while it does not run", of(t, "liveness-too-early").livenessKilled(2 * time.Second).exposes("80/tcp"), "likely probe-port: goes to port 8080, where nobody listens, and has it started again; its image and its manifest name only 80"},
		{"liveness of the port of the image", of(t, "liveness-too-early").livenessKilled(2*time.Second).exposes("8080/tcp", "80/tcp").listens("0.0.0.0:80"), "likely liveness-too-early: startupProbe"},
		{"liveness without its command", of(t, "liveness-command-missing").ended(137).lived(time.Second).event("main", "Unhealthy", "Liveness probe failed: "+runc+`exec: "curl": executable file not found in $PATH: unknown`+"\r\n", 0), "certain probe-command-missing: runs curl, which image busybox does not have"},
		{"liveness without its command, in a container that was stopped last", of(t, "liveness-command-missing").ended(137).lived(time.Second).event("main", "Unhealthy", "Liveness probe failed: "+runc+`exec: "curl": executable file not found in $PATH: unknown`, time.Second).event("main", "Unhealthy", "Liveness probe failed: "+runc+"cannot exec in a stopped container: unknown", 0), "certain probe-command-missing: runs curl, which image busybox does not have"},
		{"readiness without its command", of(t, "probe-failing").probe("readiness", runc+`exec: "false": executable file not found in $PATH: unknown`), "certain probe-command-missing: the readiness probe of container main runs false"},
		{"readiness that takes long", of(t, "probe-failing").answers(diagnose.Question{Kind: diagnose.AskProbe, At: "main", Name: "readiness"}, diagnose.Answer{Unknown: "no answer within 1s"}).event("main", "Unhealthy", `Readiness probe failed: command timed out: "false" timed out after 5s`, time.Second), "certain probe-slow: gets no answer within its timeoutSeconds"},
		{"readiness of the machine", of(t, "probe-path").changed(asksMachine).listens("0.0.0.0:80").probe("readiness", "dial tcp 127.0.0.1:80: connect: connection refused"), "certain probe-host: the readiness probe of container main asks 127.0.0.1 (httpGet.host), which is the machine's own, as probes come from there: without host it asks the pod"},
		{"readiness by HTTP", of(t, "probe-path").changed(asksHTTPS).probe("readiness", "HTTP probe failed with statuscode: 400"), "likely probe-scheme: asks with HTTP, which the server at port 8443 refuses, as one of HTTPS does: scheme: HTTPS"},
		{"readiness by HTTPS", of(t, "probe-path").probe("readiness", "Get: http: server gave HTTP response to HTTPS client"), "certain probe-scheme: speaks HTTP"},
		{"crlf of a shell", of(t, "script-crlf-shell").ended(2, "/scripts/run: set: line 1: illegal option -\r"), "certain script-crlf: takes the carriage returns for parts of the commands"},
		{"crlf of bash", of(t, "script-crlf-shell").ended(127, `/scripts/run: line 1: $'\r': command not found`), "certain script-crlf: a script in container main ends its lines with CRLF"},
		{"crlf that nobody complains of", of(t, "script-crlf-shell").ended(2, "sh: /scripts/run: line 3: syntax error: unexpected end of file").file("id-main", "/scripts/run", script("if true; then\r\nfi\r\n")), "likely script-crlf: the script /scripts/run of container main ends its lines with CRLF"},
		{"crlf of a folder", of(t, "script-crlf-shell").command("bash", "-eo", "pipefail", "run").folder("/scripts").image(diagnose.Image{}).ended(2, "bash: $'\\r': command not found").file("id-main", "/scripts/run", script("set -e\r\n")), "certain script-crlf: the script /scripts/run of container main ends its lines with CRLF"},
		{"crlf that a shell runs", of(t, "script-crlf-shell").command("sh", "-c", "/scripts/run").ended(127, "sh: /scripts/run: not found").file("id-main", "/scripts/run", script("#!/bin/sh\r\n")), `certain script-crlf: "/bin/sh\r"`},
		{"a signal, whatever the script", of(t, "script-crlf-shell").ended(137).file("id-main", "/scripts/run", script("set -e\r\n")), "certain crashed: was killed (exit code 137)"},
		{"terminal of a shell", of(t, "script-crlf-shell").terminal().ended(2, "sh: set: line 1: illegal option -z\r"), "certain crashed: ended with exit code 2"},
		{"init waits without a name server", of(t, "init-waits-for-name").command("nslookup", "database").onlyInit("nslookup: can't resolve 'database': no servers could be reached"), "certain init-waits-for-name: keeps all that comes after it from starting: it waits for the name database, and no name server of the pod answers"},
		{"name of no Service", of(t, "dns").ended(1, "wget: bad address 'database'").answers(diagnose.Question{Kind: diagnose.AskObjects}, diagnose.Answer{}), "certain dns: there is no cluster DNS here, spec.hostAliases can give the name the IP of a pod (there is no Service database either)"},
		{"root", manifest(t, "runs-as-root").imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755}), "certain runs-as-root: image busybox names no user and so runs as root, which spec.securityContext.runAsNonRoot forbids"},
		{"root by number", manifest(t, "runs-as-root").imageUser("0:0"), "certain runs-as-root: image busybox runs as user 0, which"},
		{"user by name", manifest(t, "runs-as-root").imageUser("app"), "certain runs-as-root: names its user app by a word"},
		{"root by manifest", manifest(t, "runs-as-root").runsAs(0), "certain runs-as-root: it is to run as root (spec.containers[0].securityContext.runAsUser: 0)"},
		{"path of the machine", manifest(t, "host-path").imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755}).answers(diagnose.Question{Kind: diagnose.AskHostPath, At: "data"}, diagnose.Answer{Failed: true, Text: "it is not there"}), "certain host-path: volume data cannot be set up: it is not there"},
		{"memory of a child", of(t, "out-of-memory").oom("id-main", 30*time.Second), "certain process-out-of-memory: a process of container main was killed for its memory, though the container runs on: its limit is 16Mi"},
		{"memory of a child, as was written down", of(t, "out-of-memory").answers(diagnose.Question{Kind: diagnose.AskOOM, At: "id-main"}, diagnose.Answer{}).event("main", "OOMKilling", "A process of container main was killed for its memory", 0), "certain process-out-of-memory: a process of container main was killed for its memory, though the container runs on: its limit is 16Mi"},
		{"memory of a child that ended it", of(t, "out-of-memory").ended(137).oom("id-main", 11*time.Second), "certain out-of-memory: its limit is 16Mi"},
		{"memory of a child long before", of(t, "out-of-memory").ended(3).oom("id-main", 45*time.Second), "certain crashed: ended with exit code 3"},
		{"memory of a process", of(t, "out-of-memory").outOfMemory(), "certain process-out-of-memory: its limit is 16Mi (spec.containers[0].resources.limits.memory)"},
		{"hook", of(t, "post-start-failed").ended(143).stoppedFor("hook", "its postStart hook failed: command 'sh' exited with 4: no such user\n", 0), "certain post-start-failed: was stopped: its postStart hook failed: command 'sh' exited with 4: no such user"},
		{"startup", of(t, "startup-failing").event("main", "Unhealthy", "Startup probe failed: connection refused", 0).event("main", "Killing", "Container main failed startup probe, will be restarted", 0), "certain startup-failing: connection refused"},
		{"liveness later", of(t, "liveness-too-early").livenessKilled(50 * time.Second), "likely liveness-failing: connection refused"},
		{"liveness path", of(t, "liveness-too-early").livenessKilled(2*time.Second).getsHealth().event("main", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404", 0), "certain probe-path: the liveness probe of container main asks for /healthz, which the server at port 8080 does not have (404), and has it started again"},
		{"liveness scheme", of(t, "liveness-too-early").livenessKilled(2*time.Second).getsHealth().event("main", "Unhealthy", "Liveness probe failed: Get: http: server gave HTTP response to HTTPS client", 0), "certain probe-scheme: speaks HTTP, and has it started again"},
		{"liveness slow", of(t, "liveness-too-early").livenessKilled(50*time.Second).event("main", "Unhealthy", "Liveness probe failed: context deadline exceeded", 0), "certain probe-slow: timeoutSeconds (1s), and has it started again"},
		{"liveness by gRPC", of(t, "liveness-too-early").grpc().livenessKilled(2*time.Second).event("main", "Unhealthy", `Liveness probe failed: timeout: failed to connect service "192.0.2.1:8080" within 1s: context deadline exceeded`, 0), "likely liveness-too-early: gives it the time, if the server has gRPC's health service"},
		{"liveness slow from the start", of(t, "liveness-too-early").livenessKilled(2*time.Second).event("main", "Unhealthy", "Liveness probe failed: context deadline exceeded", 0), "likely liveness-too-early: gives it the time, and timeoutSeconds (1s) if its answers take longer"},
		{"liveness of loopback", of(t, "liveness-too-early").livenessKilled(2 * time.Second).listens("127.0.0.1:8080"), "certain loopback-only: where its liveness probe cannot reach it"},
		{"startup of another port", of(t, "startup-failing").startupKilled("dial tcp: connect: connection refused").listens("0.0.0.0:80"), "certain probe-port: the startup probe of container main goes to port 8080, where nobody listens, and has it started again; the pod listens on 80"},
		{"startup slow", of(t, "startup-failing").startupKilled("context deadline exceeded"), "certain probe-slow: the startup probe of container main gets no answer"},
		{"probe port", of(t, "probe-port").probe("readiness", "dial tcp 192.0.2.1:8081: connect: connection refused").listens("0.0.0.0:8080"), "certain probe-port: goes to port 8081, where nobody listens; the pod listens on 8080"},
		{"probe path", of(t, "probe-path").probe("readiness", "HTTP probe failed with statuscode: 404"), "certain probe-path: asks for /healthz, which the server at port 8080 does not have (404)"},
		{"probe status", of(t, "probe-path").probe("readiness", "HTTP probe failed with statuscode: 503"), "certain probe-status: 503"},
		{"probe slow", of(t, "probe-path").probe("readiness", "context deadline exceeded"), "certain probe-slow: timeoutSeconds"},
		{"probe command that talks like a server", of(t, "probe-failing").probe("readiness", "HTTP probe failed with statuscode: 404"), "certain probe-failing: 404"},
		{"probe command", of(t, "probe-failing").probe("readiness", ""), "certain probe-failing: it says nothing"},
		{"probe name", of(t, "probe-port-name"), "certain probe-port-name: it has http (8080)"},
		{"probe port of gRPC", of(t, "probe-port").probe("readiness", `timeout: failed to connect service "192.0.2.1:8081" within 1s: context deadline exceeded`).listens("0.0.0.0:8080"), "certain probe-port: goes to port 8081, where nobody listens; the pod listens on 8080"},
		{"a page by gRPC", of(t, "probe-port").grpc().probe("readiness", `timeout: failed to connect service "192.0.2.1:8081" within 1s: context deadline exceeded`).listens("0.0.0.0:8081"), "certain probe-grpc: gets no answer of gRPC's health service at port 8081"},
		{"loopback", of(t, "loopback-only").probe("readiness", "connect: connection refused").listens("127.0.0.1:8080"), "certain loopback-only: listens on 127.0.0.1:8080 alone"},
		{"loopback of a port", of(t, "port-clash").listens("[::1]:8080"), "certain loopback-only: [::1]:8080 alone"},
		{"clash", of(t, "port-clash").listens("0.0.0.0:8080").ended(1, "httpd: bind: Address already in use"), "certain port-clash: cannot listen on port 8080: container first has it"},
		{"clash of ports that nobody declares", of(t, "port-clash").undeclared().ended(1, "httpd: bind: Address already in use"), "certain port-clash: cannot listen on its port: container first has it"},
		{"clash of the line of a file", of(t, "port-clash").undeclared().more().holds(8080, "first").ended(1, "server.go:244] listen tcp :8080: bind: address already in use"), "certain port-clash: cannot listen on port 8080: container first has it"},
		{"clash of Spring", of(t, "port-clash").undeclared().more().holds(8080, "first").ended(1, "Web server failed to start. Port 8080 was already in use."), "certain port-clash: cannot listen on port 8080: container first has it"},
		{"clash on the machine", of(t, "port-clash").onMachinesNetwork().ended(1, "httpd: bind: Address already in use"), "certain port-clash: cannot listen on its port: something has it already in the network of the machine"},
		{"host port", manifest(t, "host-port-taken").image(diagnose.Image{}).hostPort("holder_POD"), "certain host-port-taken: port 4711 of the machine, which the pod is to publish, is taken by container holder_POD"},
		{"host port of a pod", of(t, "host-port-taken").absent().registry(diagnose.RegistryHas, "").unstarted().hostPort("holder_POD"), "certain host-port-taken: taken by container holder_POD"},
		{"hidden command", of(t, "hidden-by-volume").command("/etc/nginx/run").refused(127, runc+`exec: "/etc/nginx/run": stat /etc/nginx/run: no such file or directory: unknown`).imageFile("image", "/etc/nginx/run", diagnose.File{There: true}).file("id-main", "/etc/nginx/run", diagnose.File{}), "certain hidden-by-volume: hides what image nginx has there: /etc/nginx/run is missing"},
		{"hidden command behind a link", of(t, "hidden-by-volume").command("/conf/run").refused(127, runc+`exec: "/conf/run": stat /conf/run: no such file or directory: unknown`).imageFile("image", "/conf/run", diagnose.File{There: true}).imageFile("image", "/conf", diagnose.File{There: true, Dir: true, Link: "/etc/nginx"}).file("id-main", "/conf/run", diagnose.File{}), "certain hidden-by-volume: volume settings is mounted at /etc/nginx in container main and hides what image nginx has there: /etc/nginx/run is missing"},
		{"hidden command of a mount behind a link", of(t, "hidden-by-volume").command("/conf/run").refused(127, runc+`exec: "/conf/run": stat /conf/run: no such file or directory: unknown`).imageFile("image", "/conf/run", diagnose.File{There: true}).imageFile("image", "/etc/nginx", diagnose.File{There: true, Dir: true, Link: "/conf"}).file("id-main", "/conf/run", diagnose.File{}), "certain hidden-by-volume: /etc/nginx/run is missing"},
		{"hidden", of(t, "hidden-by-volume").ended(1, `open() "/etc/nginx/nginx.conf" failed (2: No such file or directory)`).imageFile("image", "/etc/nginx/nginx.conf", diagnose.File{There: true}).file("id-main", "/etc/nginx/nginx.conf", diagnose.File{}), "certain hidden-by-volume: volume settings is mounted at /etc/nginx"},
		{"object", manifest(t, "object-missing").imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755}), `certain object-missing: configmap "nosuch" not found`},
		{"key", manifest(t, "key-missing").colours(), "certain key-missing: couldn't find key mode in ConfigMap default/key-missing; it has colour"},
		{"key of a volume", manifest(t, "script-crlf").scripts("#!/bin/sh\n").wantsKey("ran"), "certain key-missing: volume scripts cannot be filled: MountVolume.SetUp failed for volume \"scripts\" : configmap references non-existent config key: ran; it has run"},
		{"stale", of(t, "stale-environment").colours().answers(diagnose.Question{Kind: diagnose.AskEnv, At: "id-main"}, diagnose.Answer{Lines: []string{"PATH=/bin", "colour=blue"}}), "certain stale-environment: old values of colour"},
		{"denied", of(t, "permission-denied").ended(1, "touch: /work/file: Permission denied").file("id-main", "/work/file", diagnose.File{}).file("id-main", "/work", diagnose.File{There: true, Dir: true, Mode: 0o755}), "certain permission-denied: fsGroup gives volume work"},
		{"denied by the machine", of(t, "permission-denied").onMachine("/srv").ended(1, "touch: /work/file: Permission denied").file("id-main", "/work/file", diagnose.File{}).file("id-main", "/work", diagnose.File{There: true, Dir: true, Mode: 0o755}), "certain permission-denied: volume work is a hostPath, which fsGroup does not change"},
		{"denied to change", of(t, "permission-denied").ended(1, "chown: changing ownership of '/work': Operation not permitted").file("id-main", "/work", diagnose.File{There: true, Dir: true, Mode: 0o755}), "certain permission-denied: fsGroup gives volume work"},
		{"watchers", of(t, "permission-denied").ended(1, "Error: ENOSPC: System limit for number of file watchers reached, watch '/work'"), "certain crashed: exit code 1"},
		{"no right of root", of(t, "crashed").drops("ALL").image(diagnose.Image{}).ended(1, `chown("/var/lib/nginx", 33) failed (1: Operation not permitted)`), "likely capability-missing: capabilities.drop (ALL) takes from it"},
		{"no space", of(t, "permission-denied").inMemory("10Mi").ended(1, "write /work/file: no space left on device"), "certain no-space: has no space left to write /work/file: volume work is in memory, and its emptyDir.sizeLimit is 10Mi"},
		{"no shared memory", of(t, "permission-denied").ended(1, "dd: error writing '/dev/shm/x': No space left on device"), "certain no-space: /dev/shm of a pod has 64 MiB"},
		{"part of a volume", of(t, "sub-path-missing").ended(1, "cat: read error: Is a directory").settings(), "certain sub-path-missing: volume settings has no apps.conf, which container main wants of it, and so has an empty folder at /etc/app.conf; the volume has app.conf"},
		{"folder onto a file", of(t, "folder-onto-file").refused(127, runc+`error mounting "/volumes/s" to rootfs at "/etc/nginx/nginx.conf": mount /volumes/s: not a directory: unknown`).imageFile("image", "/etc/nginx/nginx.conf", diagnose.File{There: true}), "certain folder-onto-file: subPath: nginx.conf mounts one file of the volume"},
		{"planned folder onto a file", manifest(t, "folder-onto-file").image(diagnose.Image{}).imageFile("nginx", "/etc/nginx/nginx.conf", diagnose.File{There: true}), "certain folder-onto-file: is a file in image nginx"},
		{"path of the machine of a pod", of(t, "host-path").absent().registry(diagnose.RegistryHas, "").answers(diagnose.Question{Kind: diagnose.AskHostPath, At: "data"}, diagnose.Answer{Failed: true, Text: "it is not there"}), "certain host-path: volume data cannot be set up: it is not there"},
		{"refused", of(t, "crashed").listens("0.0.0.0:80").ended(1, "dial tcp 127.0.0.1:5432: connect: connection refused"), "certain connection-refused: wants to reach port 5432 of its own pod, where nobody listens"},
		{"refused at the start", of(t, "connection-refused").listens("0.0.0.0:8080").ended(1, "wget: can't connect to remote host (127.0.0.1): Connection refused"), "likely connection-refused: was refused at port 8080 of its own pod, where somebody listens by now"},
		{"refused elsewhere", of(t, "crashed").ended(1, "dial tcp 192.0.2.7:5432: connect: connection refused"), "certain crashed: exit code 1"},
		{"signal", of(t, "crashed").ended(139), "certain crashed: ended with exit code 139 (SIGSEGV)"},
		{"read-only root", of(t, "read-only-root").ended(1, "touch: /tmp/file: Read-only file system"), "certain read-only-root: an emptyDir mounted there"},
		{"read-only volume", of(t, "read-only-volume").ended(1, "touch: /work/file: Read-only file system"), "certain read-only-volume: its mount of volume work at /work is readOnly"},
		{"init stuck", of(t, "init-stuck").onlyInit(), "likely init-stuck: init container setup has run for 1m0s"},
		{"init goes on", of(t, "init-stuck").onlyInit().writes("loaded 1", "loaded 2"), "possible init-stuck: init container setup has run for 1m0s"},
		{"init says the same", of(t, "init-stuck").onlyInit().writes("waiting", "waiting"), "likely init-stuck: init container setup has run for 1m0s"},
		{"init waits", of(t, "init-waits-for-name").onlyInit("nc: bad address 'database'"), "certain init-waits-for-name: there is no Service database"},
		{"init waits for a name of parts", of(t, "init-waits-for-name").command("sh", "-c", "until nslookup db.$(cat /ns).svc.cluster.local; do sleep 1; done").onlyInit(";; connection timed out; no servers could be reached"), "certain init-waits-for-name: waits for the name db, and"},
		{"init waits silently", of(t, "init-waits-for-name").command("sh", "-c", "until nslookup db.default.svc.cluster.local; do sleep 1; done").onlyInit(";; connection timed out; no servers could be reached"), "certain init-waits-for-name: waits for the name db.default.svc.cluster.local"},
		{"dns", of(t, "dns").ended(1, "curl: (6) Could not resolve host: api.example.invalid"), "certain dns: looks up the name api.example.invalid, which does not resolve"},
		{"deaf", of(t, "ignores-sigterm").ended(137).stopped(), "likely ignores-sigterm: its grace of 2s is over: it is process 1"},
		{"init system", of(t, "init-not-process-1").ended(100, "s6-overlay-suexec: fatal: can only run as pid 1"), "certain init-not-process-1: shareProcessNamespace: false"},
		{"gates", manifest(t, "scheduling-gates").imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755}), "certain scheduling-gates: example.com/quota"},
		{"deadline", of(t, "deadline-exceeded").ended(143).deadline(), "certain deadline-exceeded: ended after 2 s"},
		{"claim", manifest(t, "claim-missing").imageFile("busybox", "/bin/sleep", diagnose.File{There: true, Mode: 0o755}), `certain claim-missing: persistentvolumeclaim "nosuch" not found`},
		{"unattended", of(t, "no-supervisor").unkept().listens("0.0.0.0:8080"), "certain no-supervisor: minipod supervise"},
		{"stopping", of(t, "crashed").halfStopped(time.Second), "possible stopping: the pod is being stopped, and its containers have 1 s to end in"},
		{"removing", of(t, "crashed").halfRemoved(time.Second), "possible being-removed: the pod is being removed, and its containers have 30 s to end in"},
		{"stop broken off", of(t, "crashed").halfStopped(time.Minute).unkept(), "certain stop-interrupted: minipod stop crashed finishes it"},
		{"removal broken off", of(t, "crashed").halfRemoved(time.Minute).unkept(), "certain removal-interrupted: minipod rm crashed finishes it"},
		{"restarted since", of(t, "crashed").ended(3).restarted(5 * time.Second), "certain crashed: ended with exit code 3, and was started again 5s ago"},
		{"one word", of(t, "crashed").command("sleep 5").refused(127, runc+`exec: "sleep 5": executable file not found in $PATH: unknown`), `certain command-not-found: write ["sleep", "5"]`},
		{"pause", of(t, "crashed").pauseDown(), "certain pause-down: the pause container has ended"},
		{"paused", of(t, "crashed").paused(), "certain paused: somebody has paused container main (docker pause), and its processes stand still: docker unpause crashed_main lets them go on"},
		{"paused pause", of(t, "crashed").pausePaused(), "certain paused: docker unpause crashed_POD"},
		{"unreadable", of(t, "crashed").unreadable(), "certain invalid-manifest: cannot be read"},
		{"mode on the machine", of(t, "not-executable").onMachine("/srv/my scripts").refused(126, runc+`exec: "/scripts/run": permission denied: unknown`).file("id-main", "/scripts/run", diagnose.File{There: true, Mode: 0o644}), "certain not-executable: on the machine, chmod +x '/srv/my scripts/run' gives it the right"},
		{"planned mode", manifest(t, "not-executable").scripts("#!/bin/sh\n"), "certain not-executable: defaultMode: 0755"},
		{"planned folder", manifest(t, "runs-as-root").command("/etc").imageFile("busybox", "/etc", diagnose.File{There: true, Dir: true, Mode: 0o755}).imageUser("5"), "certain not-executable: the command /etc of container main is a folder"},
		{"planned file without the right", manifest(t, "command-not-found").command("/etc/passwd").imageFile("busybox", "/etc/passwd", diagnose.File{There: true, Mode: 0o644}), "certain not-executable: may not be executed"},
		{"planned behind a volume", manifest(t, "read-only-volume").command("/work/run").imageFile("busybox", "/work/run", diagnose.File{There: true, Mode: 0o755}), "certain hidden-by-volume: volume work is mounted at /work"},
		{"planned behind a link", manifest(t, "command-hidden").command("/sbin/run").imageFile("busybox", "/sbin/run", diagnose.File{There: true, Mode: 0o755}).imageFile("busybox", "/sbin", diagnose.File{There: true, Dir: true, Link: "/bin"}), "certain hidden-by-volume: volume programs is mounted at /bin"},
		{"planned crlf of a shell", manifest(t, "script-crlf-shell").image(diagnose.Image{Env: []string{"PATH=/bin"}}).imageFile("busybox", "/bin/sh", diagnose.File{There: true, Mode: 0o755}).scripts("set -e\r\n"), "likely script-crlf: the script /scripts/run of container main ends its lines with CRLF"},
		{"planned interpreter", manifest(t, "interpreter-missing").scripts("#!/bin/bash\n").imageFile("busybox", "/bin/bash", diagnose.File{}), "certain interpreter-missing: asks for /bin/bash, which image busybox does not have"},
		{"planned interpreter by env", manifest(t, "interpreter-missing").nowhere("python3").scripts("#!/usr/bin/env python3\n"), "certain interpreter-missing: asks for python3, which image busybox does not have"},
		{"planned file onto a folder", manifest(t, "file-onto-folder").keeps("default.conf", "x").imageFile("nginx", "/etc/nginx/conf.d", diagnose.File{There: true, Dir: true, Mode: 0o755}), "certain file-onto-folder: subPath default.conf of volume settings is a file, and /etc/nginx/conf.d, where container main mounts it, is a folder in image nginx: mountPath: /etc/nginx/conf.d/default.conf has the file in the folder"},
		{"file onto a folder", of(t, "file-onto-folder").refused(127, runc+`error during container init: error mounting "/x/default.conf" to rootfs at "/etc/nginx/conf.d": mount /x/default.conf:/etc/nginx/conf.d: not a directory: unknown`).imageFile("image", "/etc/nginx/conf.d", diagnose.File{There: true, Dir: true}), "certain file-onto-folder: subPath default.conf of volume settings is a file"},
		{"planned without a command", manifest(t, "command-not-found").command().image(diagnose.Image{}), "certain no-command: nothing says what container main is to run: image busybox has neither ENTRYPOINT nor CMD, and spec.containers[0].command is not set"},
		{"planned crlf of env", manifest(t, "script-crlf").scripts("#!/usr/bin/env bash\r\n"), `certain script-crlf: "bash\r"`},
		{"planned crlf", manifest(t, "script-crlf").scripts("#!/bin/sh\r\n"), "certain script-crlf: CRLF"},
		{"planned shebang", manifest(t, "no-shebang").scripts("echo\n"), "certain no-shebang: no first line"},
		{"planned command", manifest(t, "command-not-found").nowhere("nosuchprogram"), "certain command-not-found: is not in image busybox"},
		{"planned clash", manifest(t, "port-clash"), "likely port-clash: both declare port 8080/tcp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := c.of.found()
			sure, words, _ := strings.Cut(c.want, ": ")
			if len(found) != 1 || fmt.Sprint(found[0].Sure, " ", found[0].Name) != sure || !strings.Contains(found[0].Text, words) {
				t.Errorf("found %+v, want %s", found, c.want)
			}
			for _, cause := range found {
				if cause.Command == "" || len(cause.Evidence) == 0 || strings.ContainsAny(cause.Text, "\n") || strings.ContainsAny(strings.Join(cause.Evidence, ""), "\r\n\t") {
					t.Errorf("no command, no evidence, or more than a line: %+v", cause)
				}
			}
		})
	}
}

// A pod that runs and of which nothing else is known has no causes, but for
// those that its manifest tells.
func TestNoCauseWithoutEvidence(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "broken", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if name == "image-name" || name == "probe-port-name" || name == "startup-failing" || name == "post-start-failed" {
			continue // their manifests are enough; or one that is not up for a minute
		}
		for _, c := range of(t, name).found() {
			t.Errorf("%s: %s: %s", name, c.Name, c.Text)
		}
	}
}

// What was asked for and cannot be known is not asked for again, and tells
// nothing.
func TestUnknown(t *testing.T) {
	p := of(t, "script-crlf").ended(1, "exec /scripts/run: no such file or directory")
	asks := diagnose.Find(p.World, p.Evidence, now()).Asks
	for _, q := range asks {
		p.answers(q, diagnose.Answer{Unknown: "the engine does not say"})
	}
	found := diagnose.Find(p.World, p.Evidence, now())
	if len(asks) == 0 || len(found.Asks) > 0 || len(found.Causes) != 1 || found.Causes[0].Name != "crashed" {
		t.Errorf("first asks %v, then %v and finds %+v", asks, found.Asks, found.Causes)
	}
}

// What a volume hides is told with what follows from it.
func TestHiddenFromServer(t *testing.T) {
	folder := diagnose.File{There: true, Dir: true}
	empty := diagnose.File{There: true, Dir: true, Empty: true}
	settings := func() *patient { return of(t, "hidden-by-volume").serves("/etc/nginx") }
	for name, c := range map[string]struct {
		of   *patient
		want []string
	}{
		"page":            {settings().probe("readiness", "HTTP probe failed with statuscode: 403"), []string{"hidden-by-volume", "probe-status"}},
		"settings":        {settings().probe("readiness", "connect: connection refused").listens().imageFile("image", "/etc/nginx", folder).file("id-main", "/etc/nginx", empty), []string{"probe-port", "hidden-by-volume"}},
		"nothing to hide": {settings().probe("readiness", "connect: connection refused").listens().imageFile("image", "/etc/nginx", empty).file("id-main", "/etc/nginx", empty), []string{"probe-port"}},
		"filled":          {settings().probe("readiness", "connect: connection refused").listens().imageFile("image", "/etc/nginx", folder).file("id-main", "/etc/nginx", folder), []string{"probe-port"}},
	} {
		var names []string
		for _, cause := range c.of.found() {
			names = append(names, cause.Name)
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("%s: found %q, want %q", name, names, c.want)
		}
	}
}

// The surest cause comes first.
func TestOrder(t *testing.T) {
	p := of(t, "init-stuck")
	p.Containers[0].State, p.Containers[0].FinishedAt = plan.Running, time.Time{}
	p.Pause.State, p.Pause.FinishedAt = plan.Exited, now()
	found := p.found()
	if len(found) != 2 || found[0].Sure != diagnose.Certain || found[1].Sure != diagnose.Likely {
		t.Errorf("found %+v", found)
	}
}

// asksMachine has the readiness probe ask the localhost of whoever probes.
func asksMachine(spec *v1.PodSpec) { spec.Containers[0].ReadinessProbe.HTTPGet.Host = "127.0.0.1" }

// asksHTTPS has it ask a port of HTTPS.
func asksHTTPS(spec *v1.PodSpec) {
	spec.Containers[0].ReadinessProbe.HTTPGet.Port = intstr.FromInt32(8443)
}

// appOfRoot has the pod run /app/run as another user.
func appOfRoot(spec *v1.PodSpec) {
	user := int64(1000)
	spec.Containers[0].Command, spec.SecurityContext = []string{"/app/run"}, &v1.PodSecurityContext{RunAsUser: &user}
}

// onMachine has the first volume be a path of the machine.
func (p *patient) onMachine(path string) *patient {
	pod := p.Want.Pod.DeepCopy()
	pod.Spec.Volumes[0].VolumeSource = v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: path}}
	p.Want = translate.New(pod, p.Want.Options)
	return p
}

// debugged has a later revision have brought an ephemeral container whose image
// the engine does not have.
func (p *patient) debugged() *patient {
	pod := p.Want.Pod.DeepCopy()
	pod.Spec.EphemeralContainers = []v1.EphemeralContainer{{EphemeralContainerCommon: v1.EphemeralContainerCommon{
		Name: "dbg", Image: "nosuch:1", ImagePullPolicy: v1.PullIfNotPresent,
	}}}
	p.Want = translate.New(pod, p.Want.Options)
	return p.event("dbg", "Failed", `Failed to pull image "nosuch:1": manifest unknown`, 0).event("dbg", "Failed", "Error: ErrImagePull", 0)
}

// An ephemeral container that cannot be made is no cause of what the pod does:
// neither of one that is well, nor of one that is not.
func TestEphemeralIsNoCause(t *testing.T) {
	never := of(t, "crashed").debugged()
	never.Want.Pod.Spec.EphemeralContainers[0].ImagePullPolicy = v1.PullNever
	never.Want = translate.New(never.Want.Pod, never.Want.Options)
	for name, p := range map[string]*patient{"pulled": of(t, "crashed").debugged(), "never pulled": never} {
		if found := p.found(); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
		if found := diagnose.Find(p.World, p.Evidence, now()); len(found.Besides) != 1 || !strings.HasPrefix(found.Besides[0], "ephemeral container dbg was not started: event Failed: ") {
			t.Errorf("%s: besides %q", name, found.Besides)
		}
	}
	if found := of(t, "crashed").ended(3, "no user given").debugged().found(); len(found) != 1 || found[0].Name != "crashed" {
		t.Errorf("of a pod that is not well: %+v", found)
	}
}

// What is no cause of what a pod does, and what a user may have meant otherwise, is
// told besides.
func TestBesides(t *testing.T) {
	published := func() *patient {
		p := of(t, "crashed")
		p.Want.Pause.Host.PortBindings = nat.PortMap{"8080/tcp": {{HostPort: "18080"}}}
		return p
	}
	outlived := of(t, "port-clash").ended(0)
	outlived.last().FinishedAt = now().Add(-time.Minute)
	for i := range outlived.Want.Units {
		outlived.Want.Units[i].Restart = v1.RestartPolicyNever
	}
	recovered := of(t, "liveness-too-early").livenessKilled(2 * time.Second)
	recovered.Containers = recovered.Containers[:1]
	for name, c := range map[string]struct {
		of   *patient
		want string
	}{
		"nobody listens": {published().listens("0.0.0.0:80"), "nobody listens on port 8080, which is published as 18080; the pod listens on 80"},
		"listens":        {published().listens("0.0.0.0:8080"), ""},
		"recovered":      {of(t, "crashed").ended(3).lived(time.Second).restarted(20 * time.Second), "container main ended with exit code 3, and was started again 20s ago; it has run for longer than before: minipod logs crashed -c main --previous"},
		"killed before":  {recovered.restarted(20 * time.Second), "container main was killed (exit code 137), and was started again 20s ago"},
		"not yet":        {published().listens(), ""},
		"outlived":       {outlived, "container second has ended and first runs on: the pod ends when both have"},
		"both run":       {of(t, "port-clash"), ""},
	} {
		found := diagnose.Find(c.of.World, c.of.Evidence, now())
		if got := strings.Join(found.Besides, "\n"); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || len(found.Causes) > 0 {
			t.Errorf("%s: besides %q, causes %+v, want %q", name, got, found.Causes, c.want)
		}
	}
}

func TestUnwell(t *testing.T) {
	young := of(t, "probe-port")
	young.Containers[0].StartedAt = now().Add(-time.Second)
	for name, c := range map[string]struct {
		of   *patient
		want bool
	}{
		"up":         {of(t, "crashed"), false},
		"down":       {of(t, "crashed").ended(1), true},
		"stopped":    {of(t, "crashed").ended(1).stopped(), false},
		"not ready":  {of(t, "probe-port"), true},
		"young":      {young, false},
		"not made":   {of(t, "image-missing").absent(), true},
		"unreadable": {of(t, "crashed").unreadable(), true},
		"debugged":   {of(t, "crashed").debugged(), false},
	} {
		if got := diagnose.Unwell(c.of.World, now()); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// What was wrong once and is not any more is no cause.
func TestOvercome(t *testing.T) {
	resolved := of(t, "dns").says("lookup db: no such host", "lookup db: no such host", "connected")
	once := of(t, "dns").says("lookup db: no such host")
	old := of(t, "dns").says("lookup db: no such host", "lookup db: no such host")
	for q, a := range old.Answers {
		if q.Kind == diagnose.AskLog {
			a.Times = []time.Time{now().Add(-time.Hour), now().Add(-time.Hour)}
			old.answers(q, a)
		}
	}
	passes := of(t, "no-supervisor").listens("0.0.0.0:8080").event("main", "Unhealthy", "Liveness probe failed: timeout", 5*time.Second)
	passes.answers(diagnose.Question{Kind: diagnose.AskProbe, At: "main", Name: "liveness"}, diagnose.Answer{})
	restarted := of(t, "crashed").ended(3)
	restarted.Pause.StartedAt = now().Add(-2 * time.Hour)
	restarted.Containers = append(restarted.Containers, plan.Container{
		ID: "id-again", Unit: "main", Attempt: 1, ImageID: "image", Hash: restarted.last().Hash, State: plan.Running, StartedAt: now().Add(-time.Hour),
	})
	meant := of(t, "crashed").ended(42)
	rule := meant.Want.Units[1].Container
	rule.RestartPolicy = new(v1.ContainerRestartPolicyNever)
	rule.RestartPolicyRules = []v1.ContainerRestartRule{{
		Action:    v1.ContainerRestartRuleActionRestart,
		ExitCodes: &v1.ContainerRestartRuleOnExitCodes{Operator: v1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42}},
	}}
	meant.restarted(5 * time.Second)
	delayed := of(t, "probe-port").probe("readiness", "connect: connection refused").listens()
	delayed.Want.Units[0].Container.ReadinessProbe.InitialDelaySeconds = 90
	for name, p := range map[string]*patient{
		"a probe that has not been run yet": delayed, "a name that resolves by now": resolved, "a name that was looked up once": once, "a log of an hour ago": old, "a restart that a rule asks for": meant, "a probe that passes again": passes, "a crash of long ago": restarted,
	} {
		if found := p.found(); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// The command of a cause is one that a shell reads as it is meant, and that
// shows what was seen.
func TestCommands(t *testing.T) {
	wget := diagnose.File{There: true}
	https := of(t, "probe-path").probe("readiness", "Get: http: server gave HTTP response to HTTPS client").file("id-main", "/usr/bin/wget", wget)
	https.Want.Units[0].Container.ReadinessProbe.HTTPGet.Scheme = v1.URISchemeHTTPS
	command := of(t, "probe-failing").probe("readiness", "no")
	command.Want.Units[0].Container.ReadinessProbe.Exec.Command = []string{"sh", "-c", "it's not"}
	file := manifest(t, "script-crlf").scripts("#!/bin/sh\r\n")
	file.File = "my pods/a.yaml"
	for name, c := range map[string]struct {
		of   *patient
		want string
	}{
		"https":   {https, "wget --no-check-certificate -qO- https://127.0.0.1:8080/healthz"},
		"no wget": {of(t, "probe-path").probe("readiness", "HTTP probe failed with statuscode: 404"), "minipod events probe-path"},
		"key":     {manifest(t, "key-missing").colours(), "minipod get configmap key-missing -n default -o yaml"},
		"volume":  {manifest(t, "script-crlf").scripts("x").wantsKey("ran"), "minipod get configmap script-crlf -n default -o yaml"},
		"shell":   {of(t, "shell-with-nothing-to-do").ended(0), "docker inspect -f '{{json .Path}} {{json .Args}} {{.State.ExitCode}}' shell-with-nothing-to-do_main"},
		"exec":    {command, `-- sh -c 'it'\''s not'`},
		"file":    {file, "minipod explain --script 'my pods/a.yaml'"},
		"program": {manifest(t, "command-not-found").command("sleep 1000").nowhere("sleep 1000"), `sh busybox -c 'command -v '\''sleep 1000'\'''`},
	} {
		found := c.of.found()
		if len(found) != 1 || !strings.HasSuffix(found[0].Command, c.want) {
			t.Errorf("%s: %+v, want the command %s", name, found, c.want)
		}
	}
}

// That nobody keeps a pod is told after what is likely to be wrong with it, and
// before what nothing speaks for.
func TestNoSupervisorIsNotFirst(t *testing.T) {
	p := of(t, "liveness-port").ended(0).stoppedFor("liveness", "", time.Minute).unkept()
	p.event("main", "Unhealthy", "Liveness probe failed: dial tcp 192.0.2.1:8080: connect: connection refused", time.Minute)
	p.Images["nginx"] = plan.Image{ID: "image", Ports: []string{"80/tcp"}}
	p.Images["image"] = p.Images["nginx"]
	var names []string
	for _, cause := range p.found() {
		names = append(names, cause.Name)
	}
	if want := []string{"probe-port", "no-supervisor"}; !slices.Equal(names, want) {
		t.Errorf("found %q, want %q", names, want)
	}
}

// Nobody goes on with a pod that waits, either: for the end of a back-off, or
// for a ConfigMap.
func TestNoSupervisorWhileItWaits(t *testing.T) {
	backoff := of(t, "crashed").ended(3)
	backoff.last().Backoff = 4
	missing := of(t, "object-missing")
	missing.Containers = nil
	missing.Images[missing.Want.Units[0].Container.Image] = plan.Image{ID: "image"}
	for name, p := range map[string]*patient{"crashed": backoff, "object-missing": missing} {
		if found := p.found(); len(found) != 1 || found[0].Name != name {
			t.Errorf("%s, kept: %+v", name, found)
		}
		found := p.unkept().found()
		if len(found) != 2 || found[0].Name != name || found[1].Name != "no-supervisor" || !strings.HasPrefix(found[1].Evidence[0], "waits: main ") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// How often a container was started again is told beside the sentence.
func TestRestartsAreEvidence(t *testing.T) {
	p := of(t, "crashed").ended(3, "a\tb")
	p.last().Restarts = 7
	found := p.found()
	if len(found) != 1 || strings.Contains(found[0].Text, "7") || !slices.Contains(found[0].Evidence, "started again before: 7 times") || !slices.Contains(found[0].Evidence, "log: a b") {
		t.Errorf("%+v", found)
	}
}
