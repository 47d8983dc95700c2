package explain_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/explain"
	"github.com/minipod/minipod/runtime/translate"
)

var update = flag.Bool("update", false, "write the golden files")

// What explain prints, for the manifests that people run and for those that
// use everything that docker run has a flag for.
func TestScript(t *testing.T) {
	no := false
	options := map[string]translate.Options{
		"mc1":      {AssumedAlways: []string{"1st", "2nd"}},
		"network":  {Network: "mine", Publish: []string{"[::1]:9000:90/udp", "91"}, PublishAll: true},
		"limits":   {SharePID: &no, PauseImage: "other/pause", Pull: "always"},
		"words":    {Pull: "never"},
		"confined": {Seccomp: map[string]string{"allow-all.json": `{"defaultAction":"SCMP_ACT_ALLOW"}`}},
	}
	for _, file := range manifests(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			pod := parse(t, file)
			text := script(t, pod, options[name])
			syntax(t, text)
			compare(t, filepath.Join("..", "..", "testdata", "explain", name+".golden"), text)
			short := onBoard(t, pod, options[name])
			syntax(t, short)
			compare(t, filepath.Join("..", "..", "testdata", "explain", name+".board.golden"), short)
		})
	}
}

// manifests are those in testdata that are in order.
func manifests(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"testdata/*.yaml", "../../testdata/pods/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no manifests are %s: %v", pattern, err)
		}
		for _, file := range found {
			if filepath.Base(file) != "lost-indent.yaml" {
				files = append(files, file)
			}
		}
	}
	return files
}

func parse(t *testing.T, file string) *v1.Pod {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := podspec.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	return objects[0].Pod()
}

// testUID is that of a pod that is explained: no manifest holds it.
const testUID = "11111111-2222-3333-4444-555555555555"

func script(t testing.TB, pod *v1.Pod, opts translate.Options) string {
	t.Helper()
	text, err := explain.Script(blueprint(pod, opts), explain.Options{
		Source: pod.Name + ".yaml", Inputs: objects(),
		PauseArchives: map[string][]byte{"amd64": []byte("one archive"), "arm64": []byte(strings.Repeat("another archive ", 10))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func blueprint(pod *v1.Pod, opts translate.Options) *translate.Blueprint {
	pod.UID = testUID
	return translate.New(pod, opts)
}

// objects are those that the manifests refer to.
func objects() translate.Inputs {
	return translate.Inputs{
		ConfigMaps: map[string]*v1.ConfigMap{"settings": {Data: map[string]string{"COLOUR": "green", "PHRASE": "it's $HOME"}}},
		Secrets:    map[string]*v1.Secret{"login": {Data: map[string][]byte{"USER": []byte("me")}}},
	}
}

// syntax has sh read the script without running it.
func syntax(t *testing.T, text string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-n")
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("sh -n: %v: %s", err, out)
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v: go test -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

// Every word of a manifest reaches docker as it is, whatever sh could make of
// it: a docker that prints its words stands in for the real one.
func TestWordsReachDocker(t *testing.T) {
	odd := []string{"", " ", "it's", `"`, `\`, "$HOME", "`id`", "$(id)", "a\nb\n", "*", "~", "#", "-v", "--", "!", "☃", "\t", "00000000-0000-4000-8000-000000000000"}
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "web", "default"
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i", ImagePullPolicy: v1.PullIfNotPresent, Command: append([]string{"c"}, odd...)}}
	for i, word := range odd {
		pod.Spec.Containers[0].Env = append(pod.Spec.Containers[0].Env, v1.EnvVar{Name: "E" + strings.Repeat("x", i), Value: word})
	}
	got := dockerWords(t, script(t, pod, translate.Options{}))
	unit, missing := blueprint(pod, translate.Options{}).Units[0].Attempt(translate.Inputs{}, 0, 0)
	if missing != nil {
		t.Fatal(missing)
	}
	for _, want := range append(unit.Config.Env, unit.Config.Cmd...) {
		if !contains(got, want) {
			t.Errorf("docker does not get %q", want)
		}
	}
}

// dockerWords runs the script with a docker that does nothing but write down
// its words, one after the other, with a NUL after each. The UID of the run
// is put back to the mark.
func dockerWords(t *testing.T, text string) []string {
	t.Helper()
	dir := t.TempDir()
	record := filepath.Join(dir, "words")
	fake := "#!/bin/sh\nprintf '%s\\0' \"$@\" >>" + record + "\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	words := string(data)
	const label = translate.LabelUID + "="
	_, after, found := strings.Cut(words, label)
	uid, _, _ := strings.Cut(after, "\x00")
	if !found || len(uid) != len(testUID) {
		t.Fatalf("the script gives the pod the UID %q", uid)
	}
	return strings.Split(strings.ReplaceAll(words, uid, testUID), "\x00")
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// Each run of a script gives the pod a UID of its own.
func TestOwnUID(t *testing.T) {
	text := script(t, parse(t, "../../testdata/pods/mc1.yaml"), translate.Options{})
	if strings.Contains(text, testUID) {
		t.Error("the script holds the UID that it was made with")
	}
}

// What keeps run from bringing the pod up keeps the script from it.
func TestScriptEndsWhereRunEnds(t *testing.T) {
	root, yes := int64(0), true
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "web", "default"
	pod.Spec.SecurityContext = &v1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &root}
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i", ImagePullPolicy: v1.PullNever}}
	if text := script(t, pod, translate.Options{}); !strings.Contains(text, "breaks non-root policy") || !strings.Contains(text, "\nexit 1\n") {
		t.Errorf("a pod that breaks its own policy is made:\n%s", text)
	}
	pod.Spec.SecurityContext.RunAsUser = nil
	for user, passes := range map[string]bool{"1000": true, "1000:0": true, "": false, "0": false, "0:0": false, "nginx": false} {
		pod.Spec.Containers[0].ImagePullPolicy = v1.PullIfNotPresent
		text := script(t, pod, translate.Options{})
		syntax(t, text)
		if err := runWithUser(t, text, user); (err == nil) != passes {
			t.Errorf("an image of user %q: %v, want it to pass: %t", user, err, passes)
		}
	}
}

// runWithUser runs the script on a docker whose images have a user.
func runWithUser(t *testing.T, text, user string) error {
	t.Helper()
	return runWith(t, text, "case $* in *Config.User*) echo '"+user+"' ;; esac")
}

// runWith runs the script on a docker that does no more than a line of shell.
func runWith(t *testing.T, text, docker string) error {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte("#!/bin/sh\n"+docker+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	cmd.Stdin = strings.NewReader(text)
	return cmd.Run()
}

// Who keeps the pods of an engine may make a container before the script does:
// the script goes on with that one, and fails where it cannot be started.
func TestScriptGoesOnWithWhatIsThere(t *testing.T) {
	text := script(t, parse(t, "../../testdata/pods/walkthrough.yaml"), translate.Options{})
	for start, passes := range map[string]bool{"exit 0": true, "exit 1": false} {
		err := runWith(t, text, `case "$1 $4" in run*_POD) ;; run*) exit 125 ;; start*) `+start+` ;; esac`)
		if (err == nil) != passes {
			t.Errorf("docker run fails, docker start ends with %s: %v, want it to pass: %t", start, err, passes)
		}
	}
}
