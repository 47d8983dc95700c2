package report

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// readRun reads the run of testdata: two specs pass, one fails, one skips itself, and two were not
// selected or not run.
func readRun(t *testing.T) Run {
	t.Helper()
	file, err := os.Open("testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	run, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return run.Of([]Spec{
		{Name: "[sig-node] Pods should get a host IP [NodeConformance]", File: "common/node/pods.go"},
		{Name: "[sig-node] Pods should cap back-off [NodeConformance]", File: "common/node/pods.go"},
	})
}

func TestReadTellsOutcomesApart(t *testing.T) {
	var got []string
	for _, spec := range readRun(t).Specs {
		got = append(got, spec.File+" "+string(spec.Outcome)+" "+spec.Name)
	}
	want := []string{
		"common/node/configmap.go passed [sig-node] ConfigMap should be consumable [Conformance]",
		"common/node/pods.go failed [sig-node] Pods should be updated [NodeConformance]",
		"common/node/pods.go not run [sig-node] Pods should cap back-off [NodeConformance]",
		"common/node/pods.go passed [sig-node] Pods should get a host IP [NodeConformance]",
		"node/apparmor.go skipped [sig-node] AppArmor can enforce a profile [NodeConformance]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadKeepsWhatAFailureSays(t *testing.T) {
	run := readRun(t)
	failed := run.Specs[1]
	if want := "Timed out after 60.001s.\nExpected pod to be running\n"; failed.Message != want {
		t.Errorf("message %q, want %q", failed.Message, want)
	}
	if want := "framework/pod/wait.go:77"; failed.Where != want {
		t.Errorf("where %q, want %q", failed.Where, want)
	}
	if !strings.Contains(failed.Output, "STEP: updating the pod") {
		t.Errorf("output %q lacks what the spec wrote", failed.Output)
	}
	if want := []string{"SynchronizedAfterSuite: the server went away"}; !slices.Equal(run.Suite, want) {
		t.Errorf("suite failures %q, want %q", run.Suite, want)
	}
}

func TestReadRefusesWhatIsNoReport(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "[{},{}]"} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("Read(%q) gave no error", text)
		}
	}
}

func TestTable(t *testing.T) {
	var got strings.Builder
	if err := readRun(t).WriteTable(&got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/table.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestPageListsWhatPasses(t *testing.T) {
	run := readRun(t)
	reasons, err := ParseReasons([]byte("- spec: host IP\n  reason: this one passes\n- spec: cap back-off\n  reason: takes 27 minutes\n"))
	if err != nil {
		t.Fatal(err)
	}
	page := Page{Versions: []Version{{What: "engine", Version: "Docker | 20"}}, Run: run, Reasons: reasons}
	got := page.Markdown()
	want, err := os.ReadFile("testdata/page.md")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	listed := []string{
		"[sig-node] ConfigMap should be consumable [Conformance]",
		"[sig-node] Pods should get a host IP [NodeConformance]",
	}
	if got := Listed(got); !slices.Equal(got, listed) {
		t.Errorf("the page lists %q, want %q", got, listed)
	}
}

func TestListedOfOtherText(t *testing.T) {
	for _, text := range []string{"", "# a page\n\n## Specs that pass\n\nnone yet\n"} {
		if got := Listed(text); len(got) > 0 {
			t.Errorf("Listed(%q) = %q, want nothing", text, got)
		}
	}
}

func TestPageWithoutPassingSpecsListsNone(t *testing.T) {
	if got := Listed(Page{}.Markdown()); len(got) > 0 {
		t.Errorf("an empty page lists %q", got)
	}
}

func TestWorse(t *testing.T) {
	worse := readRun(t).Worse([]string{
		"[sig-node] Pods should get a host IP [NodeConformance]",            // still passes
		"[sig-node] Pods should be updated [NodeConformance]",               // fails
		"[sig-node] Pods should cap back-off [NodeConformance]",             // was left out
		"[sig-node] AppArmor can enforce a profile [NodeConformance]",       // skips itself now
		"[sig-node] Pods should be one that no run knows [NodeConformance]", // not selected
	})
	var got []string
	for _, spec := range worse {
		got = append(got, spec.Name)
	}
	want := []string{
		"[sig-node] Pods should be updated [NodeConformance]",
		"[sig-node] AppArmor can enforce a profile [NodeConformance]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReasons(t *testing.T) {
	reasons, err := ParseReasons([]byte("- spec: 'a.*z'\n  reason: first\n- spec: 'a'\n  reason: second\n- spec: 'q'\n  reason: third\n"))
	if err != nil {
		t.Fatal(err)
	}
	specs := []Spec{{Name: "abz"}, {Name: "abc"}, {Name: "x", Outcome: Failed}, {Name: "x", Outcome: Skipped, Message: "not here:\nsee"}}
	for i, want := range []string{"first", "second", NoReason, "not here"} {
		if got := reasons.Of(specs[i]); got != want {
			t.Errorf("reason of %v: %q, want %q", specs[i], got, want)
		}
	}
	if got := reasons.Unused(specs); !slices.Equal(got, []string{"q"}) {
		t.Errorf("unused rules %q, want q", got)
	}
}

func TestParseReasonsRefuses(t *testing.T) {
	for _, text := range []string{"- spec: a\n", "- reason: b\n", "- spec: (\n  reason: b\n", "- spec: a\n  reason: b\n  why: c\n", "spec: a"} {
		if _, err := ParseReasons([]byte(text)); err == nil {
			t.Errorf("ParseReasons(%q) gave no error", text)
		}
	}
}

func TestReasonsInUse(t *testing.T) {
	data, err := os.ReadFile("../reasons.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseReasons(data); err != nil {
		t.Error(err)
	}
}

func TestFirstLine(t *testing.T) {
	for message, want := range map[string]string{
		"":                       "",
		"one":                    "one",
		"\n  one: \n two":        "one",
		strings.Repeat("ä", 250): strings.Repeat("ä", 200) + "...",
	} {
		if got := FirstLine(message); got != want {
			t.Errorf("FirstLine(%q) = %q, want %q", message, got, want)
		}
	}
}
