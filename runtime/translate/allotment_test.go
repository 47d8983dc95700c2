package translate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/translate"
)

// A limit of the disk that is not set is all of the machine's, which only
// minipod's own pause can tell; a request is 0.
func TestAllotmentOfTheDisk(t *testing.T) {
	const (
		limit   = "limits.ephemeral-storage"
		foreign = "other/pause"
	)
	in := translate.Inputs{Allocatable: v1.ResourceList{v1.ResourceEphemeralStorage: resource.MustParse("10737418241")}}
	for _, c := range []struct{ pause, resources, ref, want string }{
		{"", "{}", "resource: " + limit, "10737418241"},
		{"", "{}", "resource: " + limit + ", divisor: 1Gi", "11"},
		{"", "{limits: {ephemeral-storage: 2Gi}}", "resource: " + limit + ", divisor: 1Gi", "2"},
		{"", "{requests: {ephemeral-storage: 2Gi}}", "resource: " + limit + ", divisor: 1Gi", "11"},
		{"", "{}", "resource: requests.ephemeral-storage", "0"},
		{"", "{requests: {ephemeral-storage: 2Gi}}", "resource: requests.ephemeral-storage, divisor: 1Gi", "2"},
		{foreign, "{}", "resource: " + limit, "0"},
		{foreign, "{limits: {ephemeral-storage: 2Gi}}", "resource: " + limit + ", divisor: 1Gi", "2"},
	} {
		text := notable("volumes: [{name: v, downwardAPI: {items: [{path: p, resourceFieldRef: {containerName: c, "+c.ref+"}}]}}]",
			"resources: "+c.resources+"\nvolumeMounts: [{name: v, mountPath: /v}]\nenv: [{name: A, valueFrom: {resourceFieldRef: {"+c.ref+"}}}]")
		b := translate.New(parseText(t, "p.yaml", text), translate.Options{PauseImage: c.pause})
		all := in
		if c.pause == foreign {
			all = translate.Inputs{}
		}
		r, missing := b.Units[0].Attempt(all, 0, 0)
		if missing != nil || r.Config.Env[0] != "A="+c.want {
			t.Errorf("%+v: the variable is %v, %v", c, r, missing)
		}
		p, missing := b.Payload(b.Volumes[0], all)
		if missing != nil || string(p.Files[0].Data) != c.want {
			t.Errorf("%+v: the file is %v, %v", c, p, missing)
		}
	}
}

// Before the pause runs it is too early for such a file, though nothing is wrong.
func TestTooEarlyForAFile(t *testing.T) {
	b := filledPod(t, "", "downwardAPI: {items: [{path: p, resourceFieldRef: {containerName: c, resource: limits.ephemeral-storage}}]}")
	if p, missing := b.Payload(b.Volumes[0], stored); missing == nil || !missing.Early {
		t.Errorf("it holds %v, and %v is missing", p, missing)
	}
	if needs := b.Needs(nil); !needs.Disk {
		t.Errorf("it needs %+v", needs)
	}
}

// A pause image that is not minipod's own does not tell, which is said.
func TestNotesOnTheDisk(t *testing.T) {
	const (
		ref    = "resourceFieldRef: {containerName: c, resource: limits.ephemeral-storage}"
		volume = "volumes: [{name: v, downwardAPI: {items: [{path: p, " + ref + "}]}}, {name: w, projected: {sources: [{downwardAPI: {items: [{path: p, " + ref + "}]}}]}}]"
		env    = "env: [{name: A, valueFrom: {" + ref + "}}]"
	)
	for limits, want := range map[string]string{
		"{}":                                 "spec.volumes[0].downwardAPI.items[0].resourceFieldRef spec.volumes[1].projected.sources[0].downwardAPI.items[0].resourceFieldRef spec.containers[0].env[0].valueFrom.resourceFieldRef",
		"{limits: {ephemeral-storage: 1Gi}}": "spec.containers[0].resources.limits.ephemeral-storage",
	} {
		pod := parseText(t, "p.yaml", notable(volume, "resources: "+limits+"\n"+env))
		got := fields(translate.New(pod, translate.Options{PauseImage: "other/pause"}).Notes)
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("with %s (-want +got):\n%s", limits, diff)
		}
	}
}
