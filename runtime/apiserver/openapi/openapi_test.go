package openapi_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	openapiv2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/openapi"
)

// TestEveryKindHasASchema fails for a kind that was added without go generate.
func TestEveryKindHasASchema(t *testing.T) {
	kinds := kind.New()
	index := get(t, "/openapi/v3", "").Body.String()
	for _, gv := range kinds.GroupVersions() {
		path := "/openapi/v3/apis/" + gv.String()
		if gv.Group == "" {
			path = "/openapi/v3/api/" + gv.Version
		}
		recorder := get(t, path, "")
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
		if want := path + "?hash=" + strings.Trim(recorder.Header().Get("Etag"), `"`); !strings.Contains(index, strconv.Quote(want)) {
			t.Errorf("the index does not name %s: run go generate ./runtime/apiserver/openapi", want)
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

// get asks for a document, with a media type and headers by turns.
func get(t *testing.T, path, accept string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header.Set("Accept", accept)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	openapi.Docs{}.ServeHTTP(recorder, request)
	return recorder
}

const protobufV2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

// The two forms of the old document say the same: both come from go generate.
func TestProtobufIsTheDocument(t *testing.T) {
	want, err := openapiv2.ParseDocument(get(t, "/openapi/v2", "application/json").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	answer := get(t, "/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf,application/json")
	if media := answer.Header().Get("Content-Type"); media != protobufV2 {
		t.Errorf("media type %s", media)
	}
	var got openapiv2.Document
	if err := proto.Unmarshal(answer.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(want, &got) {
		t.Error("the protobuf is of another document: run go generate ./runtime/apiserver/openapi")
	}
}

// A document is sent as it is embedded, once for each hash, which is that of
// what is sent.
func TestDocumentsAreSentAsTheyAre(t *testing.T) {
	for _, accept := range []string{"application/json", protobufV2} {
		answer := get(t, "/openapi/v2", accept, "Accept-Encoding", "gzip")
		tag := fmt.Sprintf(`"%X"`, sha256.Sum256(answer.Body.Bytes()))
		if got := answer.Header().Get("Etag"); got != tag || answer.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: tag %s, want %s; %v", accept, got, tag, answer.Header())
		}
		if again := get(t, "/openapi/v2", accept, "If-None-Match", tag); again.Code != http.StatusNotModified {
			t.Errorf("%s: asked for again: %d", accept, again.Code)
		}
	}
	for _, path := range []string{"/openapi/v3/apis/none/v1", "/openapi/v3/../v3.json", "/openapi/"} {
		if answer := get(t, path, ""); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}
