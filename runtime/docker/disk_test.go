package docker

import (
	"fmt"
	"net/http"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The pause is asked how large the disk is until one has told, and then no more.
// A program in a container stands in for it.
func TestDiskIsAskedOnce(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	running, created := &plan.Pause{ID: name, State: plan.Running}, &plan.Pause{ID: name, State: plan.Created}
	for _, c := range []struct {
		what, program string
		pause         *plan.Pause
		want          string // empty is not told
	}{
		{"before the pause is there", "", nil, ""},
		{"before it runs", "", created, ""},
		{"where nothing can be run", "", running, ""},
		{"of one that is paused", "", &plan.Pause{ID: name, State: plan.Running, Paused: true}, ""},
		{"of a pause that is gone", "", &plan.Pause{ID: name + "-not", State: plan.Running}, ""},
		{"of an earlier version", "echo usage >&2; exit 2", running, "0"},
		{"of one that tells", "echo 12345", running, "12345"},
		{"again", "echo 6", running, "12345"},
		{"of the next pod", "echo 6", created, "12345"},
	} {
		if c.program != "" {
			if _, errs, code := run(t, e, name, "sh", "-c", "printf '#!/bin/sh\n"+c.program+"' >/pause; chmod 755 /pause"); code != 0 {
				t.Fatal(errs)
			}
		}
		var in translate.Inputs
		if err := e.addDisk(t.Context(), c.pause, &in); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		size, told := in.Allocatable[v1.ResourceEphemeralStorage]
		if got := size.String(); told != (c.want != "") || told && got != c.want {
			t.Errorf("%s: it is %s, told %t, want %q", c.what, got, told, c.want)
		}
	}
}

// A pause that is paused between the two requests of an exec is answered for by 500.
func TestAPodIsLookedAtWhosePauseRunsNothing(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.41") })
	mux.HandleFunc("POST /{version}/containers/{id}/exec", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"Id": "e"}`)
	})
	asked := 0
	mux.HandleFunc("POST /{version}/exec/{id}/start", func(w http.ResponseWriter, _ *http.Request) {
		asked++
		http.Error(w, `{"message": "cannot exec in a paused container"}`, http.StatusInternalServerError)
	})
	var in translate.Inputs
	err := servedBy(t, mux).addDisk(t.Context(), &plan.Pause{ID: "p", State: plan.Running}, &in)
	if err != nil || in.Allocatable != nil || asked != 1 {
		t.Errorf("told %v, %v after %d requests; want nothing, after one", in.Allocatable, err, asked)
	}
}
