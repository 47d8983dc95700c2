package openapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/openapi"
)

// TestEveryKindHasASchema fails for a kind that was added without go generate.
func TestEveryKindHasASchema(t *testing.T) {
	kinds := kind.New()
	docs := openapi.New(kinds.GroupVersions())
	for _, gv := range kinds.GroupVersions() {
		path := "/openapi/v3/apis/" + gv.String()
		if gv.Group == "" {
			path = "/openapi/v3/api/" + gv.Version
		}
		recorder := httptest.NewRecorder()
		docs.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		var doc struct {
			Components struct {
				Schemas map[string]struct {
					Kinds []metav1.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
				}
			}
		}
		if err := json.Unmarshal(recorder.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%s: %d, %v", path, recorder.Code, err)
		}
		known := map[string]bool{}
		for _, schema := range doc.Components.Schemas {
			for _, k := range schema.Kinds {
				known[k.Kind] = true
			}
		}
		for _, k := range kinds.In(gv) {
			if !known[k.Kind] {
				t.Errorf("%s has no schema of %s: run go generate ./runtime/apiserver/openapi", path, k.Kind)
			}
		}
	}
}
