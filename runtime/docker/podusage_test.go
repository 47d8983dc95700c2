package docker

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/minipod/minipod/runtime/translate"
)

// A pod's containers are sampled side by side: an engine may take a second for
// each. One that is gone meanwhile uses nothing.
func TestPodUsage(t *testing.T) {
	var sampled sync.WaitGroup
	sampled.Add(3)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{version}/containers/{name}/json", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"Id": "p", "Name": "/p", "Config": {"Labels": {%q: "uid"}}, "State": {}}`, translate.LabelUID)
	})
	mux.HandleFunc("GET /{version}/containers/json", func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Query().Get("filters"), translate.LabelUID+"=uid") {
			t.Errorf("asked for %s", r.URL)
		}
		fmt.Fprint(w, `[{"Id": "p"}, {"Id": "a"}, {"Id": "gone"}]`)
	})
	mux.HandleFunc("GET /{version}/containers/{name}/stats", func(w http.ResponseWriter, r *http.Request) {
		sampled.Done()
		sampled.Wait() // none is answered before all are asked for
		if r.PathValue("name") == "gone" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"message": "No such container: gone"}`)
			return
		}
		fmt.Fprint(w, `{"memory_stats": {"usage": 5}}`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{}`)
	})
	e := servedBy(t, mux)
	if used, err := e.podUsage(t.Context(), "p"); used != 10 || err != nil {
		t.Errorf("the pod uses %d, %v, want 10", used, err)
	}
}
