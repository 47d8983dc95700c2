package docker

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestPodmanAnswersAsDocker(t *testing.T) {
	for name, c := range map[string]struct {
		text, header string
		status, want int
	}{
		"a name that is taken":     {`{"cause":"that name is already in use","response":500}`, "4.3.1", 500, 409},
		"one that does not run":    {`{"cause":"container state improper"}`, "4.3.1", 500, 409},
		"one that has just gone":   {`{"cause":"no such container"}`, "4.3.1", 500, 404},
		"a failure":                {`{"cause":"disk full"}`, "4.3.1", 500, 500},
		"no JSON":                  {`oh`, "4.3.1", 500, 500},
		"what is right already":    {`{"cause":"no such container"}`, "4.3.1", 404, 404},
		"Docker, whatever it says": {`{"cause":"no such container"}`, "", 500, 500},
		"more than is read for it": {`{"cause":"no such container","message":"` + strings.Repeat("x", 100<<10) + `"}`, "4.3.1", 500, 500},
	} {
		t.Run(name, func(t *testing.T) {
			answer := &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(c.text))}
			if c.header != "" {
				answer.Header.Set(podmanHeader, c.header)
			}
			asDocker(answer)
			if answer.StatusCode != c.want {
				t.Errorf("status %d, want %d", answer.StatusCode, c.want)
			}
			if text, err := io.ReadAll(answer.Body); err != nil || string(text) != c.text {
				t.Errorf("%d bytes are left, %v, want all %d", len(text), err, len(c.text))
			}
		})
	}
}
