// Package imports holds the rules of which package may import what, each with
// its reason. Its test holds the module to them.
package imports

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/minipod/minipod"

// layers are the packages of the module, from the ground up: a package
// imports only packages of layers before its own. What is in hack may import
// anything, and nothing imports it.
func layers() [][]string {
	return [][]string{
		{"podspec/kube", "runtime/access", "runtime/engine", "runtime/image", "cmd/minipod/internal/heap"},
		{"runtime/pause", "runtime/apiserver/openapi", "runtime/apiserver/store", "runtime/apiserver/wire"},
		{"podspec", "runtime/translate"},
		{"runtime/plan", "runtime/object"},
		{"runtime/status", "runtime/explain", "runtime/event"},
		{"runtime/loop", "runtime/describe", "runtime/namespace", "runtime/probe", "runtime/diagnose", "runtime/apiserver/table"},
		{"runtime/docker", "runtime/enginetest", "runtime/apiserver/kind"},
		{"runtime/apiserver"},
		{"runtime/node", "cmd/minipod/internal/manifest", "cmd/minipod/internal/logs", "cmd/minipod/internal/transfer", "cmd/minipod/internal/supervisor", "cmd/minipod/internal/lesson", "cmd/minipod/internal/await"},
		{"cmd/minipod/internal/tell", "cmd/minipod/internal/value", "cmd/minipod/internal/page"},
		{"cmd/minipod"},
	}
}

// whyLayers is the reason for the layers.
const whyLayers = "what decides must not know what does: a lower layer can be read, tested and changed without those above it"

// only says that some imports are for some packages alone.
type only struct {
	path string   // and all below it
	in   []string // packages of the module
	why  string
}

// onlies leave hack out: what people run while developing may take any way.
func onlies() []only {
	return []only{
		{"k8s.io/kubernetes", []string{"podspec/kube"}, "Kubernetes' insides change from release to release: one package meets them, and puts right what they do at start"},
		{"github.com/docker/docker/client", []string{"runtime/docker"}, "there is one Engine on the real API; whoever needs more of it widens an interface that the model has too"},
		{"github.com/docker/docker/pkg", []string{"runtime/docker"}, "what comes over the wire is decoded where the wire is"},
		{"github.com/docker/cli", []string{"runtime/docker"}, "where the engine is and who may pull from where is found out in one place"},
		{module + "/runtime/docker", []string{"cmd/minipod", "cmd/minipod/internal/tell"}, "the loop and the server run on any Engine: only the command joins them with the real one, and says when it is gone"},
		{"github.com/spf13", []string{"cmd/minipod", "cmd/minipod/internal/value", "cmd/minipod/internal/page"}, "flags are read in one place"},
		{"os/exec", nil, "the only channel is the Docker API: no docker or nsenter is called"},
		{"testing", []string{"runtime/enginetest"}, "tests do not get into the program; the contract of engines is a test that packages share"},
		{"unsafe", nil, "nothing here is worth it"},
	}
}

// nowhere are imports that no file has, tests included.
func nowhere() []only {
	const fakes = "fakes, not mocks; go-cmp and if say what differs"
	return []only{
		{"github.com/stretchr/testify", nil, fakes}, {"github.com/golang/mock", nil, fakes}, {"go.uber.org/mock", nil, fakes},
		{"github.com/onsi/gomega", nil, fakes}, {"gotest.tools", nil, fakes},
		{"github.com/pkg/errors", nil, "errors wraps"},
		{"io/ioutil", nil, "io and os have it"},
	}
}

// pure are the packages of values and functions, with what a package may
// import in spite of that, and why.
func pure() map[string]map[string]string {
	const upstream = "Kubernetes' own packages log, register features and take contexts: they are silenced, set up once and given an empty one"
	return map[string]map[string]string{
		"podspec/kube": {"sync": upstream, "log/slog": upstream, "context": upstream},
		"podspec":      nil, "runtime/access": nil, "runtime/translate": nil, "runtime/plan": nil, "runtime/object": nil, "runtime/status": nil, "runtime/explain": nil, "runtime/namespace": nil, "runtime/event": nil, "runtime/describe": nil, "runtime/diagnose": nil,
	}
}

// whyPure is the reason for what the pure packages do without.
const whyPure = "the same values in give the same values out: no context, clock, goroutine, environment, log or I/O"

// impure are imports that a pure package has no use for, and all below them.
func impure() []string {
	return []string{"context", "os", "log", "net", "sync", "syscall", "math/rand", "crypto/rand", "testing", "runtime", "k8s.io/utils/clock", "k8s.io/client-go"}
}

// clock are the functions of package time that look at the clock.
func clock() []string {
	return []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
}

// judge says what is wrong with an import of a package of the module; empty
// where nothing is. test tells that a test file has it.
func judge(importer, imported string, test bool) string {
	for _, rule := range nowhere() {
		if below(imported, rule.path) {
			return fmt.Sprintf("%s imports %s: %s", importer, imported, rule.why)
		}
	}
	if test || below(importer, "hack") {
		return ""
	}
	for _, rule := range onlies() {
		if below(imported, rule.path) && !slices.Contains(rule.in, importer) && importer != strings.TrimPrefix(rule.path, module+"/") {
			return fmt.Sprintf("%s imports %s: %s", importer, imported, rule.why)
		}
	}
	if except, ok := pure()[importer]; ok && except[imported] == "" && slices.ContainsFunc(impure(), func(path string) bool { return below(imported, path) }) {
		return fmt.Sprintf("%s imports %s: %s", importer, imported, whyPure)
	}
	if own, ok := strings.CutPrefix(imported, module+"/"); ok && layer(own) >= layer(importer) {
		return fmt.Sprintf("%s imports %s, which is not of a layer before its own: %s", importer, own, whyLayers)
	}
	return ""
}

// layer is the number of a package's layer; one that has none is above all.
func layer(pkg string) int {
	i := slices.IndexFunc(layers(), func(packages []string) bool { return slices.Contains(packages, pkg) })
	if i < 0 {
		return len(layers())
	}
	return i
}

func below(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
