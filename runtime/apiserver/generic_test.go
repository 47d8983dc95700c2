package apiserver_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"strconv"
	"strings"
	"testing"
)

// TestHandlersKnowNoKind: what is special about a kind is a hook of its kind. The
// files that serve all kinds neither import the types of any group nor name a
// resource.
func TestHandlersKnowNoKind(t *testing.T) {
	resources := map[string]bool{"Pods": true, "Namespaces": true, "Nodes": true, "Services": true, "Events": true, "Leases": true}
	for _, file := range []string{"route.go", "read.go", "watch.go", "create.go", "update.go", "delete.go", "listoptions.go"} {
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if strings.HasPrefix(path, "k8s.io/api/") && path != "k8s.io/api/policy/v1" { // Eviction is no kind of object
				t.Errorf("%s imports %s", file, path)
			}
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "kind" && resources[s.Sel.Name] {
					t.Errorf("%s names kind.%s", file, s.Sel.Name)
				}
			}
			return true
		})
	}
}
