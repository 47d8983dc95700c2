package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/plan"
)

// hostile is a name that clears the screen, says something of its own, and
// turns the direction of writing.
const hostile = "x\x1b[2J\r\nminipod: hint: evil\u009b\u202e"

func TestHostileFileName(t *testing.T) {
	const valid = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: busybox}]}}"
	for _, text := range []string{valid, strings.Replace(valid, "image", "\"im\\u001bage\"", 1), "{"} {
		file := filepath.Join(t.TempDir(), hostile+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"validate", file}, {"validate", file + "not"}, {"rm", "-f", file + "not"}} {
			var out, errs bytes.Buffer
			execute(args, streams{in: strings.NewReader(""), out: &out, err: &errs})
			if said := out.String() + errs.String(); said == "" || tell.UncleanLines(said) || strings.Contains(said, "\nminipod: hint: evil") {
				t.Errorf("%s: %q", args[0], said)
			}
		}
	}
}

// What the labels of a pod that was made by others say is shown, and does
// nothing.
func TestHostileLabels(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	w := ended(now)
	w.Want.Pod.Name, w.Want.Pod.Namespace = hostile, hostile
	w.Want.Pod.Labels = map[string]string{hostile: hostile}
	w.Pause.Ports = []string{hostile}
	for _, output := range []string{"", formatWide, formatName, formatJSON, formatYAML} {
		var out bytes.Buffer
		f := &psFlags{output: output}
		f.allNamespaces = true
		p, err := newPodPrinter(&out, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.print([]plan.World{w}); err != nil {
			t.Fatal(err)
		}
		if tell.UncleanLines(out.String()) || !strings.Contains(out.String(), `[2J`) || strings.Contains(out.String(), "\nminipod") {
			t.Errorf("-o %s: %q", output, out.String())
		}
		if output == formatJSON || output == formatYAML {
			checkName(t, output, out.Bytes())
		}
	}
}

// What a template finds is for a program: it gets it as it is.
func TestTemplateIsExact(t *testing.T) {
	w := ended(time.Unix(1_800_000_000, 0))
	w.Want.Pod.Labels = map[string]string{"a": hostile}
	var out bytes.Buffer
	p, err := newPodPrinter(&out, &psFlags{output: `jsonpath={.items[*].metadata.labels.a}{"\t|\n"}`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.print([]plan.World{w}); err != nil || out.String() != hostile+"\t|\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func checkName(t *testing.T, output string, text []byte) {
	t.Helper()
	if output == formatYAML {
		var err error
		if text, err = yaml.YAMLToJSON(text); err != nil {
			t.Fatal(err)
		}
	}
	var list struct{ Items []v1.Pod }
	if err := json.Unmarshal(text, &list); err != nil || len(list.Items) != 1 || list.Items[0].Name != hostile {
		t.Errorf("-o %s means %v, %v", output, list.Items, err)
	}
}
