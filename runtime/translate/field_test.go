package translate_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minipod/minipod/runtime/translate"
)

// A new Kubernetes brings fields that nobody has dealt with: this test says so.
func TestEveryFieldHasAFate(t *testing.T) {
	fields := translate.Fields()
	for _, f := range fields {
		if f.Fate == translate.Parted || f.How == "" {
			t.Errorf("%s has no fate: give it one in fates.go, and a note or a request", f.Name)
		}
	}
	if len(fields) < 300 {
		t.Errorf("only %d fields", len(fields))
	}
}

func TestField(t *testing.T) {
	for path, want := range map[string]translate.Fate{
		"spec.containers[3].image":                                   translate.Docker,
		"spec.ephemeralContainers[0].image":                          translate.Docker,
		"spec.ephemeralContainers[0].targetContainerName":            translate.Docker,
		"spec.initContainers[0].env[1].valueFrom.fieldRef.fieldPath": translate.Late,
		"spec.volumes[0].configMap.items[0].path":                    translate.Late,
		"spec.volumes[0].nfs.server":                                 translate.Refused,
		"spec.containers[0].resources.limits[cpu]":                   translate.Docker,
		"spec.containers[0].resources.limits.cpu":                    translate.Docker,
		"spec.affinity.nodeAffinity":                                 translate.Nothing,
		"spec.tolerations[0]":                                        translate.Nothing,
		"metadata.labels[app.kubernetes.io/name]":                    translate.Docker,
		"spec.containers[].livenessProbe.httpGet.port":               translate.Minipod,
		"spec.securityContext.seccompProfile.localhostProfile":       translate.Docker,
		"spec.volumes[].projected.sources[].configMap.items[].key":   translate.Late,
		"spec.containers[0].imag":                                    "none",
		"spec.containersFrom":                                        "none",
		"spec.containers[0]":                                         translate.Parted,
		"spec.securityContext":                                       translate.Parted,
		"spec.container":                                             "none",
	} {
		got, ok := translate.Field(path)
		if !ok {
			got.Fate = "none"
		}
		if got.Fate != want {
			t.Errorf("%s: %q, want %q", path, got.Fate, want)
		}
	}
}

// docs/fields.md is written from the table: -update writes it anew.
func TestFieldsPage(t *testing.T) {
	var page bytes.Buffer
	page.WriteString(`# The fields of a Pod

What becomes of each field, from ` + "`translate.Fields`" + ` (` + "`go test ./runtime/translate -run TestFieldsPage -update`" + ` writes
this page). A field that is not here has the fate of the one around it.

| fate | meaning |
|---|---|
| Docker | it is in a request to Docker |
| late | it is worked out when a container is made, or a volume filled |
| minipod | minipod does it |
| warning | it is not honoured, and said so where it would change anything |
| error | a pod that asks for it is not run |
| nothing | it means nothing here: validate and run -v list it where it is set |

Init containers and ephemeral containers have the fields of containers.

| field | fate | how |
|---|---|---|
`)
	for _, f := range translate.Fields() {
		if strings.HasPrefix(f.Name, "spec.initContainers") || strings.HasPrefix(f.Name, "spec.ephemeralContainers") && !strings.HasSuffix(f.Name, "targetContainerName") {
			continue
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", f.Name, f.Fate, strings.ReplaceAll(f.How, "|", `\|`))
	}
	file := filepath.Join("..", "..", "docs", "fields.md")
	if *update {
		if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(have, page.Bytes()) {
		t.Errorf("%s is stale (%v): -update writes it", file, err)
	}
}
