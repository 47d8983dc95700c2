package translate_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/translate"
)

// A long manifest stands in several labels, none longer than a command line
// takes, and is read back from them.
func TestLongManifest(t *testing.T) {
	for shift := range 4 { // characters of several bytes on every border
		pod := named("default", "web")
		pod.Annotations = map[string]string{"a": strings.Repeat("x", shift) + strings.Repeat("☃", 70_000)}
		_, revision := translate.Revision(pod, 2)
		for _, labels := range []map[string]string{translate.New(pod, translate.Options{}).Pause.Config.Labels, revision} {
			parts := 0
			for name, value := range labels {
				if !utf8.ValidString(value) || len(value) > 64<<10-100 {
					t.Errorf("label %s has %d bytes", name, len(value))
				}
				if strings.HasPrefix(name, translate.LabelManifest) {
					parts++
				}
			}
			read, _, err := translate.Decode(nil, labels)
			if err != nil || parts != 4 {
				t.Fatalf("%d parts: %v", parts, err)
			}
			if diff := cmp.Diff(pod, read); diff != "" {
				t.Errorf("the pod (-want +got):\n%s", diff)
			}
		}
	}
}
