package docker

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/minipod/minipod/runtime/translate"
)

// An engine that fails to look into a container which is being started is asked
// again.
func TestContentOfABusyContainer(t *testing.T) {
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("HEAD /{version}/containers/{name}/archive", func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < looks {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		stat := base64.StdEncoding.EncodeToString([]byte(`{"name": "..data", "linkTarget": "..abc"}`))
		w.Header().Set("X-Docker-Container-Path-Stat", stat)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		fmt.Fprint(w, `{}`)
	})
	e := servedBy(t, mux)
	if hash, err := e.content(t.Context(), "p", translate.Volume{Name: "v", Target: "/volumes/v"}); hash != "abc" || err != nil {
		t.Errorf("it holds %q, %v", hash, err)
	}
}
