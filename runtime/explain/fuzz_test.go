package explain_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/explain"
	"github.com/minipod/minipod/runtime/translate"
)

// What sh sees of a script is what was meant, whatever stands in a manifest,
// in an object that it refers to, in an option and in the file's name: the
// words of every docker run are the name, the flags and the words of the
// request, nothing else is run, and nothing that a terminal would act on is
// printed.
func FuzzScript(f *testing.F) {
	for _, word := range []string{
		"", "plain", "it's", `"$(touch ran)"`, "`touch ran`", "\ntouch ran\n", "\r\ntouch ran", "$uid", "$((1))", `\`, `\n`, "--help", "-", "=", "a=b",
		"\x1b[31m\a\u0085\u202e", "☃", "\xff\xfe", "#", "~", "*", "!!", "\t", "EOF\n", "$(POD_IP)", "$$(POD_IP)", "%s\\033", "\u2028\u00a0", testUID[:8],
		"$(POD_IP)$(A)", "a,b\"c,", strings.Repeat("long ", 5000),
	} {
		f.Add(word, word, word, word, word)
	}
	f.Fuzz(func(t *testing.T, value, argument, object, option, file string) {
		pod := fuzzPod(value, argument, option)
		misnamed := translate.CheckImageName(option) != nil
		in := translate.Inputs{ConfigMaps: map[string]*v1.ConfigMap{"m": {Data: map[string]string{"k": object}}}}
		text, err := explain.Script(blueprint(pod, translate.Options{Network: option, PauseImage: "pause"}), explain.Options{Source: file, Inputs: in})
		if strings.ContainsRune(value+argument+option, 0) {
			if err == nil {
				t.Fatal("a NUL is passed over")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(text, acting); i >= 0 {
			t.Fatalf("the script holds %q", text[i:min(len(text), i+20)])
		}
		if !utf8.ValidString(text) {
			t.Fatal("the script is no text")
		}
		if strings.ContainsRune(object, 0) || !utf8.ValidString(object) {
			return // run does not make it either
		}
		if misnamed {
			refuses(t, text)
			pod.Spec.Containers[0].Image = "image"
			text, err = explain.Script(blueprint(pod, translate.Options{Network: option, PauseImage: "pause"}), explain.Options{Source: file, Inputs: in})
			if err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(meant(t, pod, in, option), sees(t, text)); diff != "" {
			t.Errorf("docker run (-meant +seen):\n%s", diff)
		}
	})
}

// acting tells whether a terminal would do more than show a character.
func acting(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r)
}

// fuzzPod has words wherever a manifest may have any.
func fuzzPod(value, argument, option string) *v1.Pod {
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "web", "default"
	pod.Annotations = map[string]string{"note": value}
	pod.Spec.HostAliases = []v1.HostAlias{{IP: "1.2.3.4", Hostnames: []string{option}}}
	pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/" + option}}}}
	key := &v1.ConfigMapKeySelector{LocalObjectReference: v1.LocalObjectReference{Name: "m"}, Key: "k"}
	pod.Spec.Containers = []v1.Container{{
		Name: "a", Image: option, ImagePullPolicy: v1.PullIfNotPresent, WorkingDir: value,
		Command: []string{argument, value}, Args: []string{argument, "$(POD_IP)" + argument, value},
		Env: []v1.EnvVar{
			{Name: "POD_IP", ValueFrom: &v1.EnvVarSource{FieldRef: &v1.ObjectFieldSelector{FieldPath: "status.podIP"}}},
			{Name: "UID", ValueFrom: &v1.EnvVarSource{FieldRef: &v1.ObjectFieldSelector{FieldPath: "metadata.uid"}}},
			{Name: "A", Value: value}, {Name: "K", ValueFrom: &v1.EnvVarSource{ConfigMapKeyRef: key}},
		},
		VolumeMounts: []v1.VolumeMount{{Name: "v", MountPath: "/m" + value}},
	}}
	return pod
}

// fakeIP is the address that the pod has in the script's world.
const fakeIP = "10.11.12.13"

// words are what docker run is told of a container. Mounts are compared as
// they stand: docker's own reading of them is another matter.
type words struct {
	Name, Image, Entrypoint, Workdir, Network string
	Env, Binds, Hosts, Args                   []string
	Manifest                                  string
}

// meant are the words of the requests.
func meant(t *testing.T, pod *v1.Pod, in translate.Inputs, network string) []words {
	t.Helper()
	in.PodIPs = []string{fakeIP}
	b := blueprint(pod, translate.Options{Network: network, PauseImage: "pause"})
	unit, missing := b.Units[0].Attempt(in, 0, 0)
	if missing != nil {
		t.Fatal(missing)
	}
	list := []words{wordsOf(b.Pause), wordsOf(*unit)}
	var kept v1.Pod // as JSON has it
	if err := json.Unmarshal([]byte(list[0].Manifest), &kept); err != nil || kept.Name != pod.Name {
		t.Fatal(err)
	}
	return list
}

func wordsOf(r translate.Request) words {
	w := words{
		Name: r.Name, Image: r.Config.Image, Workdir: r.Config.WorkingDir, Env: r.Config.Env, Binds: r.Host.Binds, Hosts: r.Host.ExtraHosts,
		Args: r.Config.Cmd, Network: string(r.Host.NetworkMode), Manifest: joined(r.Config.Labels),
	}
	w.Binds = append(w.Binds, slices.Sorted(maps.Keys(r.Config.Volumes))...)
	if w.Network == "default" {
		w.Network = "" // docker's own default
	}
	if len(r.Config.Entrypoint) > 0 {
		w.Entrypoint = r.Config.Entrypoint[0]
	}
	return w
}

func joined(labels map[string]string) string {
	_, manifest := translate.LabelManifest, labels[translate.LabelManifest]
	for n := 1; labels[translate.LabelManifest+"."+string(rune('0'+n))] != ""; n++ {
		manifest += labels[translate.LabelManifest+"."+string(rune('0'+n))]
	}
	return manifest
}

// sees runs a script in a folder of its own, with a docker that writes its
// words down, and reads them as docker run does.
func sees(t *testing.T, text string) []words {
	t.Helper()
	record, out, err := runRecorded(t, text)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var list []words
	uid := ""
	for call := range bytes.SplitSeq(bytes.TrimSuffix(record, []byte("END\x00")), []byte("END\x00")) {
		args := strings.Split(strings.TrimSuffix(string(call), "\x00"), "\x00")
		if args[0] == "run" {
			list = append(list, read(t, args[2:], &uid))
		}
	}
	return list
}

// refuses wants a script to end where an image has a name that none can have, which
// is a word like any other.
func refuses(t *testing.T, text string) {
	t.Helper()
	if _, out, err := runRecorded(t, text); err == nil || !bytes.Contains(out, []byte("Failed to apply default image tag")) {
		t.Fatalf("no image can have that name: %v, %s", err, out)
	}
}

// runRecorded runs a script, and is the words of its docker, each call to END, and
// what it printed. It leaves no files.
func runRecorded(t *testing.T, text string) (record, out []byte, failed error) {
	t.Helper()
	dir := t.TempDir()
	const docker = `#!/bin/sh
printf '%s\0' "$@" END >>"$RECORD"
case $1 in inspect) echo '"` + fakeIP + `" ""' ;; esac
`
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(docker), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "RECORD="+filepath.Join(dir, "record"))
	cmd.Stdin = strings.NewReader(text)
	out, failed = cmd.CombinedOutput()
	if left, err := os.ReadDir(cmd.Dir); err != nil || len(left) > 0 {
		t.Fatalf("the script has left %v, %v", left, err)
	}
	record, err := os.ReadFile(filepath.Join(dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	return record, out, failed
}

// read reads the words after docker run -d; the UID is put back.
func read(t *testing.T, args []string, uid *string) words {
	t.Helper()
	var w words
	labels := map[string]string{}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "--" {
		if args[0] == "--no-healthcheck" {
			args = args[1:]
			continue
		}
		flag, value := args[0], args[1]
		args = args[2:]
		switch flag {
		case "--name":
			w.Name = value
		case "--entrypoint":
			w.Entrypoint = value
		case "--workdir":
			w.Workdir = value
		case "--network":
			w.Network = value
		case "--env":
			w.Env = append(w.Env, value)
		case "-v":
			w.Binds = append(w.Binds, value)
		case "--add-host":
			w.Hosts = append(w.Hosts, value)
		case "--label":
			name, value, _ := strings.Cut(value, "=")
			labels[name] = value
		}
	}
	if args[0] == "--" {
		args = args[1:]
	}
	w.Image = args[0]
	if len(args) > 1 {
		w.Args = args[1:]
	}
	*uid = labels[translate.LabelUID]
	w.Manifest = strings.ReplaceAll(joined(labels), *uid, testUID)
	for i := range w.Env {
		w.Env[i] = strings.ReplaceAll(w.Env[i], *uid, testUID)
	}
	return w
}
