//go:build ignore

// Generate cuts Kubernetes' own OpenAPI documents down to what minipod serves and
// writes them, compressed, to data/. It reads them from the module k8s.io/kubernetes
// that go.mod names, so a new release needs no more than: go generate ./runtime/apiserver/openapi
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/minipod/minipod/runtime/apiserver/kind"
)

func main() {
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes").Output()
	if err != nil {
		log.Fatal(err)
	}
	specs := filepath.Join(strings.TrimSpace(string(module)), "api", "openapi-spec")
	kinds := kind.New()
	for _, gv := range kinds.GroupVersions() {
		name := "apis__" + gv.Group + "__" + gv.Version
		if gv.Group == "" {
			name = "api__" + gv.Version
		}
		c := newCutter(kinds.In(gv))
		c.cut(filepath.Join(specs, "v3", name+"_openapi.json"), filepath.Join("data", name+".json.gz"))
	}
	newCutter(kinds.All()).cut(filepath.Join(specs, "swagger.json"), filepath.Join("data", "v2.json.gz"))
}

type cutter struct {
	kinds map[schema.GroupVersionKind]bool
	paths map[string]bool
}

func newCutter(kinds []*kind.Kind) *cutter {
	c := &cutter{kinds: map[schema.GroupVersionKind]bool{}, paths: map[string]bool{}}
	for _, k := range kinds {
		c.kinds[k.GroupVersionKind()] = true
		path := "/apis/" + k.Group + "/" + k.Version
		if k.Group == "" {
			path = "/api/" + k.Version
		}
		if k.Namespaced {
			path += "/namespaces/{namespace}"
		}
		c.paths[path+"/"+k.Plural], c.paths[path+"/"+k.Plural+"/{name}"] = true, true
	}
	return c
}

func (c *cutter) cut(from, to string) {
	data, err := os.ReadFile(from)
	if err != nil {
		log.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		log.Fatal(err)
	}
	delete(doc, "security")
	delete(doc, "securityDefinitions")
	doc["paths"] = c.cutPaths(doc["paths"].(map[string]any), doc["parameters"])
	delete(doc, "parameters")
	if components, ok := doc["components"].(map[string]any); ok {
		delete(components, "securitySchemes")
		components["schemas"] = c.reachable(components["schemas"].(map[string]any))
	} else {
		doc["definitions"] = c.reachable(doc["definitions"].(map[string]any))
	}
	out, err := json.Marshal(doc)
	if err != nil {
		log.Fatal(err)
	}
	write(to, out)
}

// cutPaths keeps of the operations what clients look for in them: which kind
// they are about, and which options their query takes.
func (c *cutter) cutPaths(paths map[string]any, shared any) map[string]any {
	kept := map[string]any{}
	for path, item := range paths {
		if !c.paths[path] {
			continue
		}
		operations := map[string]any{}
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if operation, ok := item.(map[string]any)[method].(map[string]any); ok {
				operations[method] = map[string]any{
					"x-kubernetes-group-version-kind": operation["x-kubernetes-group-version-kind"],
					"x-kubernetes-action":             operation["x-kubernetes-action"],
					"parameters":                      cutParameters(operation["parameters"], shared),
					"responses":                       map[string]any{"200": map[string]any{"description": "OK"}},
				}
			}
		}
		kept[path] = operations
	}
	return kept
}

func cutParameters(parameters, shared any) []any {
	kept := []any{}
	list, _ := parameters.([]any)
	for _, one := range list {
		p := one.(map[string]any)
		if ref, ok := p["$ref"].(string); ok {
			p, _ = shared.(map[string]any)[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
		}
		if p["in"] == "query" {
			short := map[string]any{"name": p["name"], "in": "query"}
			for _, key := range []string{"schema", "type", "uniqueItems"} {
				if p[key] != nil {
					short[key] = p[key]
				}
			}
			kept = append(kept, short)
		}
	}
	return kept
}

// reachable keeps the schemas of the kinds, and all that these refer to.
func (c *cutter) reachable(schemas map[string]any) map[string]any {
	kept := map[string]any{}
	var keep func(name string)
	var follow func(value any)
	follow = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				keep(ref[strings.LastIndex(ref, "/")+1:])
			}
			for _, inner := range v {
				follow(inner)
			}
		case []any:
			for _, inner := range v {
				follow(inner)
			}
		}
	}
	keep = func(name string) {
		if _, done := kept[name]; !done && schemas[name] != nil {
			kept[name] = schemas[name]
			follow(schemas[name])
		}
	}
	for name, value := range schemas {
		gvks, _ := value.(map[string]any)["x-kubernetes-group-version-kind"].([]any)
		for _, gvk := range gvks {
			g := gvk.(map[string]any)
			if c.kinds[schema.GroupVersionKind{Group: g["group"].(string), Version: g["version"].(string), Kind: g["kind"].(string)}] {
				keep(name)
			}
		}
	}
	return kept
}

func write(to string, data []byte) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(to, packed.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d bytes, %d compressed\n", to, len(data), packed.Len())
}
