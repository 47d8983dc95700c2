package explain_test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/explain"
	"github.com/minipod/minipod/runtime/translate"
)

// Bodies leave out what is not set, and are read as the very requests that
// translate makes.
func TestBodiesAreTheRequests(t *testing.T) {
	for _, file := range manifests(t) {
		b := blueprint(parse(t, file), translate.Options{})
		text, err := explain.Calls(b, explain.Options{Inputs: objects()})
		if err != nil {
			t.Fatal(err)
		}
		var calls []struct{ Body json.RawMessage }
		if err := json.Unmarshal([]byte(text), &calls); err != nil {
			t.Fatal(err)
		}
		var got container.CreateRequest
		if err := json.Unmarshal(calls[1].Body, &got); err != nil {
			t.Fatal(err)
		}
		want := container.CreateRequest{Config: b.Pause.Config, HostConfig: b.Pause.Host}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the pause (-translate +calls):\n%s", file, diff)
		}
	}
}

// The requests are JSON, and say by name what is known only late.
func TestCalls(t *testing.T) {
	for _, file := range manifests(t) {
		pod := parse(t, file)
		text, err := explain.Calls(blueprint(pod, translate.Options{}), explain.Options{Inputs: objects()})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if !json.Valid([]byte(text)) || strings.Contains(text, `\u0000`) {
			t.Errorf("%s: no JSON, or with a mark in it:\n%s", file, text)
		}
		if pod.Name == "walkthrough" || pod.Name == "addresses" {
			compare(t, "../../testdata/explain/"+pod.Name+".json.golden", text)
		}
	}
}

// Every manifest becomes a program that Go can read; cmd/minipod compiles and
// runs them. None holds the UID that it was made with.
func TestProgram(t *testing.T) {
	for _, file := range manifests(t) {
		pod := parse(t, file)
		text, err := explain.Program(blueprint(pod, translate.Options{}), explain.Options{Source: file, Inputs: objects(), PauseArchives: map[string][]byte{"amd64": []byte("x")}})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), pod.Name+".go", text, 0); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if pod.Name == "walkthrough" || pod.Name == "addresses" {
			compare(t, "../../testdata/explain/"+pod.Name+".go.golden", text)
		}
	}
}

// The volume of a claim is looked at before it is changed; only one that
// fsGroup speaks of is given away, by minipod's own pause image.
func TestCallsOfClaims(t *testing.T) {
	for _, c := range []struct {
		name    string
		fsGroup *int64
		given   int
	}{
		{"no group", nil, 0},
		{"a group", new(int64), 1},
	} {
		pod := parse(t, "testdata/volumes.yaml")
		pod.Spec.SecurityContext.FSGroup = c.fsGroup
		pod.Spec.Volumes[1].VolumeSource = v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}
		inputs := objects()
		inputs.Claims = map[string]*v1.PersistentVolumeClaim{"data": {}}
		text, err := explain.Calls(blueprint(pod, translate.Options{PauseImage: "pause"}), explain.Options{Inputs: inputs})
		if err != nil {
			t.Fatal(err)
		}
		for part, want := range map[string]int{
			`archive?path=/volumes/unused"`: 1, `"path": "unused/"`: 1, `"own",`: c.given, `/images/load`: c.given,
		} {
			if got := strings.Count(text, part); got != want {
				t.Errorf("%s: %s is there %d times, want %d", c.name, part, got, want)
			}
		}
	}
}
