package manifest

import (
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// What debug has put into a pod is no difference to its manifest, also where
// something else is.
func TestDifferencesLeaveEphemeralContainersOut(t *testing.T) {
	objects, err := podspec.Parse("web.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: main, image: here}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := Pod{Object: objects[0], Blueprint: translate.New(objects[0].Pod(), translate.Options{})}
	have := m.Pod().DeepCopy()
	have.Spec.EphemeralContainers = []v1.EphemeralContainer{{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "dbg", Image: "here"}}}
	if err := m.Differences(translate.New(have, translate.Options{})); err != nil {
		t.Errorf("differences: %v", err)
	}
	have.Spec.Containers[0].Image = "there"
	err = m.Differences(translate.New(have, translate.Options{}))
	if err == nil || !strings.Contains(err.Error(), `"here" here, "there" in the pod that exists`) || strings.Contains(err.Error(), "ephemeral") {
		t.Errorf("differences: %v", err)
	}
}
