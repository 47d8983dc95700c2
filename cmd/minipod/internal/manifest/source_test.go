package manifest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A server that does not answer is told of while it is waited for: this one
// answers when it has been.
func TestSlowServer(t *testing.T) {
	told := make(chan string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case text := <-told:
			fmt.Fprint(w, "# ", text)
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	sources, err := Sources(t.Context(), Input{Slow: func(text string) { told <- text }}, []string{s.URL + "/pod.yaml"})
	if err != nil || len(sources) != 1 || !strings.Contains(string(sources[0].Data), "waiting for "+s.URL+"/pod.yaml to answer, for at most 30 s") {
		t.Errorf("got %+v, %v", sources, err)
	}
}
