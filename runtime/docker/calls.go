package docker

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/minipod/minipod/podspec/kube"
)

// call is a request to the engine, as far as it matters to who waits for it.
type call struct {
	name    string        // GET /containers/json
	endless bool          // it takes as long as it takes: a stream, a wait or a pull
	takes   time.Duration // what was asked for takes so long
}

// callOf tells what a request asks for. Sessions of exec and attach do not
// come here: they are connections of their own.
func callOf(r *http.Request) call {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if at := slices.IndexFunc(segments, isVersion); at >= 0 {
		segments = segments[at+1:]
	}
	what, of := segments[len(segments)-1], segments[0]
	shown := make([]string, len(segments))
	for i, segment := range segments {
		shown[i] = short(segment)
	}
	c := call{name: r.Method + " /" + strings.Join(shown, "/")}
	switch of + " " + what {
	case "events events", "containers logs", "containers wait", "images create", "images load":
		c.endless = true
	case "containers archive":
		c.endless = r.Method != http.MethodHead
	case "containers stop":
		if seconds, err := strconv.ParseInt(r.URL.Query().Get("t"), 10, 64); err == nil && seconds > 0 {
			c.takes = kube.Seconds(seconds)
		}
	}
	return c
}

// isVersion tells whether a segment of a path is the version of the API.
func isVersion(segment string) bool {
	number, ok := strings.CutPrefix(segment, "v")
	_, err := strconv.ParseFloat(number, 64)
	return ok && err == nil
}
