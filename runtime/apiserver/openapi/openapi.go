// Package openapi serves the schemas of what the API serves, for kubectl apply,
// explain and --validate. They are Kubernetes' own documents, cut down by
// generate.go to the kinds that minipod knows.
package openapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	openapiv2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

//go:generate go run generate.go

//go:embed data/*.json.gz
var data embed.FS

// protobufV2 is the media type in which client-go asks for the old document.
const protobufV2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

// Docs answers below /openapi.
type Docs struct {
	packed map[string]document // by path: "api/v1", "apis/apps/v1", "v2"
	binary func() ([]byte, error)
}

// document is a compressed document and the hash by which clients cache it.
type document struct {
	data []byte
	hash string
}

// New makes the documents of the groups and versions. A group without one is left out.
func New(versions []schema.GroupVersion) *Docs {
	d := &Docs{packed: map[string]document{}}
	for _, gv := range versions {
		path, file := "apis/"+gv.String(), "apis__"+gv.Group+"__"+gv.Version
		if gv.Group == "" {
			path, file = "api/"+gv.Version, "api__"+gv.Version
		}
		d.add(path, file)
	}
	d.add("v2", "v2")
	d.binary = sync.OnceValues(d.toProtobuf)
	return d
}

func (d *Docs) add(path, file string) {
	packed, err := fs.ReadFile(data, "data/"+file+".json.gz")
	if err != nil {
		return
	}
	sum := sha256.Sum256(packed)
	d.packed[path] = document{data: packed, hash: strings.ToUpper(hex.EncodeToString(sum[:]))}
}

// ServeHTTP answers /openapi/v2, /openapi/v3 and /openapi/v3/PATH.
func (d *Docs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, "/openapi/"), "/")
	switch {
	case path == "v3":
		d.serveIndex(w)
	case path == "v2" && strings.Contains(r.Header.Get("Accept"), "spec.v2") && strings.Contains(r.Header.Get("Accept"), "protobuf"):
		d.serveBinary(w)
	default:
		d.serveDocument(w, r, strings.TrimPrefix(path, "v3/"))
	}
}

func (d *Docs) serveIndex(w http.ResponseWriter) {
	type place struct {
		URL string `json:"serverRelativeURL"`
	}
	index := struct {
		Paths map[string]place `json:"paths"`
	}{map[string]place{}}
	for path, doc := range d.packed {
		if path != "v2" {
			index.Paths[path] = place{fmt.Sprintf("/openapi/v3/%s?hash=%s", path, doc.hash)}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(index)
}

// serveDocument sends a document as it is stored if the client can unpack it. A
// client that knows its hash may keep it for good.
func (d *Docs) serveDocument(w http.ResponseWriter, r *http.Request, path string) {
	doc, ok := d.packed[path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Etag", `"`+doc.hash+`"`)
	header.Set("Vary", "Accept-Encoding")
	if r.URL.Query().Get("hash") == doc.hash {
		header.Set("Cache-Control", "public, immutable")
		header.Set("Expires", time.Now().AddDate(1, 0, 0).UTC().Format(http.TimeFormat))
	}
	if strings.Contains(r.Header.Get("If-None-Match"), doc.hash) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		_, _ = w.Write(doc.data)
		return
	}
	plain, err := unpack(doc.data)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(plain)
}

func (d *Docs) serveBinary(w http.ResponseWriter) {
	binary, err := d.binary()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", protobufV2)
	_, _ = w.Write(binary)
}

// toProtobuf makes the old document's binary form, which is the only one that
// client-go reads. It is made once, when somebody asks.
func (d *Docs) toProtobuf() ([]byte, error) {
	doc, ok := d.packed["v2"]
	if !ok {
		return nil, errors.New("there is no OpenAPI v2 document")
	}
	plain, err := unpack(doc.data)
	if err != nil {
		return nil, err
	}
	parsed, err := openapiv2.ParseDocument(plain)
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI v2 document: %w", err)
	}
	return proto.Marshal(parsed)
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack an OpenAPI document: %w", err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack an OpenAPI document: %w", err)
	}
	return plain, nil
}
