package translate

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLabel is how many bytes of a manifest stand in one label. A word of a
// command line has at most 128 KiB, a line of docker's --label-file 64: a pod
// is to be made with docker commands as well.
const maxLabel = 60_000

// putManifest writes a manifest into labels: LabelManifest, and what does not
// fit into LabelManifest.1, .2 and so on.
func putManifest(labels map[string]string, text string) {
	for n := 0; n == 0 || text != ""; n++ {
		size := min(len(text), maxLabel)
		for size < len(text) && !utf8.RuneStart(text[size]) {
			size--
		}
		labels[manifestLabel(n)] = text[:size]
		text = text[size:]
	}
}

// manifestIn is the manifest that labels carry.
func manifestIn(labels map[string]string) string {
	var text strings.Builder
	for n := 0; ; n++ {
		part, ok := labels[manifestLabel(n)]
		if !ok {
			return text.String()
		}
		text.WriteString(part)
	}
}

func manifestLabel(n int) string {
	if n == 0 {
		return LabelManifest
	}
	return LabelManifest + "." + strconv.Itoa(n)
}
