package docker

import (
	"archive/tar"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// stopping is an engine whose pause stops while it is looked into: some calls
// fail before the file is there again.
type stopping struct {
	failures int
	archive  []byte
}

func (s *stopping) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{
		"Api-Version":                  {"1.41"},
		"X-Docker-Container-Path-Stat": {"e30="}, // {}
	}}
	body := s.archive
	if strings.HasSuffix(r.URL.Path, "/archive") && s.failures > 0 {
		s.failures--
		answer.StatusCode = http.StatusInternalServerError
		body = []byte(`{"message":"error processing tar file: Error after fallback to chroot: no such file or directory"}`)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

func TestAPauseThatStopsIsLookedIntoAgain(t *testing.T) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	const text = `{"qos":1}`
	if err := w.WriteHeader(&tar.Header{Name: "events.json", Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	e, _ := engineThat(t, &stopping{failures: lookTries - 1, archive: archive.Bytes()})
	synctest.Test(t, func(t *testing.T) {
		got, err := e.readInside(t.Context(), "pause", eventsFile)
		if err != nil || string(got) != text {
			t.Errorf("read %q, %v, want %q", got, err, text)
		}
	})
	e, _ = engineThat(t, &stopping{failures: lookTries, archive: archive.Bytes()})
	synctest.Test(t, func(t *testing.T) {
		if _, err := e.readInside(t.Context(), "pause", eventsFile); err == nil {
			t.Error("a pause that cannot be looked into is no failure")
		}
	})
}
