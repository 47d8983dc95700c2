package explain

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/translate"
)

// lineWidth is how much base64 stands in a line.
const lineWidth = 120

// needsPauseImage reports whether minipod's own pause image is used: for the
// pause, or to give the volumes of claims to a group.
func needsPauseImage(b *translate.Blueprint) bool {
	return b.Options.PauseImage == "" || slices.ContainsFunc(b.Volumes, func(v translate.Volume) bool { return v.Change != "" })
}

// pauseImage loads minipod's own pause image where the engine has none: it
// is a few KB, and there is nothing to pull.
func (w *writer) pauseImage(archives map[string][]byte) {
	image := w.quote(translate.DefaultPauseImage)
	w.WriteString("\n# The pause image, a few KB for each architecture, is loaded where the engine has none: nothing is pulled.\nimage() {\n")
	fmt.Fprintf(w, "docker image inspect -f '{{.Id}}' %s 2>/dev/null || case $(docker version -f '{{.Server.Arch}}') in\n", image)
	for _, arch := range slices.Sorted(maps.Keys(archives)) {
		fmt.Fprintf(w, "%s) base64 -d <<'EOF' | docker load\n%sEOF\n;;\n", arch, wrap(base64.StdEncoding.EncodeToString(archives[arch])))
	}
	w.WriteString("*) echo 'minipod has no pause image for this architecture: explain --pause-image NAME takes another' >&2; exit 1 ;;\nesac\n}\n")
}

func wrap(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(lineWidth, len(text))
		b.WriteString(text[:n])
		b.WriteByte('\n')
		text = text[n:]
	}
	return b.String()
}
