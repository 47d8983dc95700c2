// Package openapi serves the schemas of what the API serves, for kubectl apply,
// explain and --validate. They are Kubernetes' own documents, cut down by
// generate.go to the kinds that minipod knows, and served as they are embedded.
package openapi

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

//go:generate go run generate.go

//go:embed data
var data embed.FS

const (
	jsonType = "application/json"
	// protobufV2 is the media type in which client-go asks for the old document.
	protobufV2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
)

// Docs answers below /openapi.
type Docs struct{}

// ServeHTTP answers /openapi/v2, /openapi/v3 and /openapi/v3/PATH.
func (Docs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, "/openapi/"), "/")
	switch accept := r.Header.Get("Accept"); {
	case path == "v3":
		serveIndex(w)
	case path == "v2" && strings.Contains(accept, "spec.v2") && strings.Contains(accept, "protobuf"):
		serve(w, r, document{"v2.pb.gz", protobufV2})
	case path == "v2":
		serve(w, r, document{"v2.json.gz", jsonType})
	default:
		name := strings.ReplaceAll(strings.TrimPrefix(path, "v3/"), "/", "__")
		serve(w, r, document{name + ".json.gz", jsonType})
	}
}

func serveIndex(w http.ResponseWriter) {
	index, err := data.ReadFile("data/v3.json")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	_, _ = w.Write(index)
}

// document is an embedded file, compressed, and what is in it.
type document struct{ file, media string }

// serve sends a document as it is stored if the client can unpack it. A client that
// knows its hash may keep it for good.
func serve(w http.ResponseWriter, r *http.Request, doc document) {
	packed, err := data.ReadFile("data/" + doc.file)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	hash, header := hash(doc.file), w.Header()
	header.Set("Content-Type", doc.media)
	header.Set("Etag", `"`+hash+`"`)
	header.Set("Vary", "Accept, Accept-Encoding")
	if r.URL.Query().Get("hash") == hash {
		header.Set("Cache-Control", "public, immutable")
		header.Set("Expires", time.Now().AddDate(1, 0, 0).UTC().Format(http.TimeFormat))
	}
	if strings.Contains(r.Header.Get("If-None-Match"), hash) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
		return
	}
	plain, err := unpack(packed)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(plain)
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
