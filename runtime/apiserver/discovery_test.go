package apiserver_test

import (
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	openapiv2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestDiscovery(t *testing.T) {
	c := start(t)
	if got := do[metav1.APIVersions](t, c, 200, "GET", "/api", ""); !slices.Equal(got.Versions, []string{"v1"}) {
		t.Errorf("versions %v", got.Versions)
	}
	core := do[metav1.APIResourceList](t, c, 200, "GET", "/api/v1", "")
	i := slices.IndexFunc(core.APIResources, func(r metav1.APIResource) bool { return r.Name == "pods" })
	if i < 0 || !slices.Contains(core.APIResources[i].ShortNames, "po") || !slices.Contains(core.APIResources[i].Verbs, "watch") || !slices.Contains(core.APIResources[i].Categories, "all") {
		t.Errorf("pods are %+v", core.APIResources)
	}
	groups := do[metav1.APIGroupList](t, c, 200, "GET", "/apis", "")
	for _, group := range groups.Groups {
		one := do[metav1.APIGroup](t, c, 200, "GET", "/apis/"+group.Name, "")
		list := do[metav1.APIResourceList](t, c, 200, "GET", "/apis/"+one.PreferredVersion.GroupVersion, "")
		if len(list.APIResources) == 0 || list.GroupVersion != one.PreferredVersion.GroupVersion {
			t.Errorf("%s lists %+v", group.Name, list)
		}
	}
}

// TestDiscoveryTellsTheSameTwice: the aggregated form and the plain one agree.
func TestDiscoveryTellsTheSameTwice(t *testing.T) {
	c := start(t)
	const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	for _, path := range []string{"/api", "/apis"} {
		all := do[apidiscoveryv2.APIGroupDiscoveryList](t, c, 200, "GET", path, "", header{"Accept": aggregated + ",application/json"})
		for _, group := range all.Items {
			prefix := path + "/" + group.Versions[0].Version
			if group.Name != "" {
				prefix = path + "/" + group.Name + "/" + group.Versions[0].Version
			}
			plain := do[metav1.APIResourceList](t, c, 200, "GET", prefix, "")
			count := 0
			for _, resource := range group.Versions[0].Resources {
				count += 1 + len(resource.Subresources)
			}
			if count != len(plain.APIResources) {
				t.Errorf("%s: %d resources aggregated, %d plain", prefix, count, len(plain.APIResources))
			}
		}
	}
}

// TestEveryListedResourceAnswers: what discovery promises, the paths keep.
func TestEveryListedResourceAnswers(t *testing.T) {
	c := start(t)
	groups := do[metav1.APIGroupList](t, c, 200, "GET", "/apis", "")
	prefixes := []string{"/api/v1"}
	for _, group := range groups.Groups {
		prefixes = append(prefixes, "/apis/"+group.PreferredVersion.GroupVersion)
	}
	for _, prefix := range prefixes {
		for _, resource := range do[metav1.APIResourceList](t, c, 200, "GET", prefix, "").APIResources {
			if strings.Contains(resource.Name, "/") || !slices.Contains(resource.Verbs, "list") {
				continue
			}
			list := do[metav1.PartialObjectMetadataList](t, c, 200, "GET", prefix+"/"+resource.Name, "")
			if !strings.HasPrefix(list.Kind, resource.Kind) || list.Items == nil {
				t.Errorf("%s/%s is a %s of %v", prefix, resource.Name, list.Kind, list.Items)
			}
		}
	}
}

func TestSchemas(t *testing.T) {
	c := start(t)
	index := do[struct {
		Paths map[string]struct {
			URL string `json:"serverRelativeURL"`
		}
	}](t, c, 200, "GET", "/openapi/v3", "")
	type operation struct {
		Kind       metav1.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
		Parameters []struct{ Name, In string }
	}
	type document struct {
		Paths      map[string]map[string]operation
		Components struct {
			Schemas map[string]struct{ Description string }
		}
	}
	core := do[document](t, c, 200, "GET", index.Paths["api/v1"].URL, "")
	if core.Components.Schemas["io.k8s.api.core.v1.Pod"].Description == "" {
		t.Error("no schema of a pod")
	}
	patch := core.Paths["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"]
	if patch.Kind.Kind != "Pod" || !slices.ContainsFunc(patch.Parameters, func(p struct{ Name, In string }) bool { return p.Name == "fieldValidation" && p.In == "query" }) {
		t.Errorf("kubectl looks in vain for fieldValidation: %+v", patch)
	}
	for path, place := range index.Paths {
		if doc := do[document](t, c, 200, "GET", place.URL, ""); len(doc.Paths) == 0 || len(doc.Components.Schemas) == 0 {
			t.Errorf("%s is empty", path)
		}
	}
	c.raw(t, 404, "GET", "/openapi/v3/apis/example.com/v1", "")
}

func TestSchemasTravelCompressed(t *testing.T) {
	c := start(t)
	response, err := c.send(t.Context(), http.MethodGet, "/openapi/v3/api/v1", "", header{"Accept-Encoding": "gzip"})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	unpacked, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.NewDecoder(unpacked).Decode(&doc); err != nil || doc["openapi"] != "3.0.0" {
		t.Errorf("document %v, %v", doc["openapi"], err)
	}
	again, err := c.send(t.Context(), http.MethodGet, "/openapi/v3/api/v1", "", header{"If-None-Match": response.Header.Get("Etag")})
	if err != nil {
		t.Fatal(err)
	}
	again.Body.Close()
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: %d", again.StatusCode)
	}
}

func TestOldSchemaInProtobuf(t *testing.T) {
	c := start(t)
	data := c.raw(t, 200, "GET", "/openapi/v2", "", header{"Accept": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"})
	var doc openapiv2.Document
	if err := proto.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Swagger != "2.0" || len(doc.Definitions.AdditionalProperties) < 100 {
		t.Errorf("%s with %d definitions", doc.Swagger, len(doc.Definitions.AdditionalProperties))
	}
	if plain := do[map[string]any](t, c, 200, "GET", "/openapi/v2", ""); plain["swagger"] != "2.0" {
		t.Errorf("JSON %v", plain["swagger"])
	}
}
