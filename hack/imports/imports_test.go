package imports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a parsed file of the module.
type source struct {
	path string // from the root of the module
	pkg  string // its folder
	test bool
	*ast.File
}

// sources are all files of the module; folders with a go.mod of their own
// are other modules.
func sources(t *testing.T) ([]source, *token.FileSet) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var list []source
	set := token.NewFileSet()
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			if path != root && (err == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil || isTool(file) {
			return err
		}
		name, err := filepath.Rel(root, path)
		list = append(list, source{path: name, pkg: filepath.ToSlash(filepath.Dir(name)), test: strings.HasSuffix(name, "_test.go"), File: file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d files below %s", len(list), root)
	}
	return list, set
}

// isTool tells whether a file is run by itself, by go generate, and not a part
// of its package.
func isTool(file *ast.File) bool {
	return slices.ContainsFunc(file.Comments, func(c *ast.CommentGroup) bool {
		return c.Pos() < file.Package && c.List[0].Text == "//go:build ignore"
	})
}

func TestImports(t *testing.T) {
	files, _ := sources(t)
	seen := map[string]bool{}
	for _, f := range files {
		seen[f.pkg] = true
		if !below(f.pkg, "hack") && layer(f.pkg) == len(layers()) {
			t.Errorf("%s: package %s has no layer in hack/imports/rules.go: %s", f.path, f.pkg, whyLayers)
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := judge(f.pkg, imported, f.test); wrong != "" {
				t.Errorf("%s: %s", f.path, wrong)
			}
		}
	}
	for _, packages := range layers() {
		for _, pkg := range packages {
			if !seen[pkg] {
				t.Errorf("rules.go has a layer for %s, which is not there", pkg)
			}
		}
	}
}

// What is pure looks at no clock, starts no goroutine and prints nothing.
func TestPure(t *testing.T) {
	files, set := sources(t)
	for _, f := range files {
		if _, ok := pure()[f.pkg]; !ok || f.test {
			continue
		}
		for _, offence := range offences(f.File) {
			t.Errorf("%s: %s: %s", set.Position(offence.pos), offence.what, whyPure)
		}
	}
}

type offence struct {
	pos  token.Pos
	what string
}

func offences(file *ast.File) []offence {
	var list []offence
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			list = append(list, offence{n.Pos(), "a goroutine"})
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			if !ok {
				break
			}
			clocked := pkg.Name == "time" && slices.Contains(clock(), n.Sel.Name)
			printed := pkg.Name == "fmt" && slices.Contains([]string{"Print", "Printf", "Println"}, n.Sel.Name)
			if clocked || printed {
				list = append(list, offence{n.Pos(), pkg.Name + "." + n.Sel.Name})
			}
		}
		return true
	})
	return list
}

// The rules refuse what they are there to refuse.
func TestRulesRefuse(t *testing.T) {
	for _, c := range []struct {
		importer, imported string
		test, refused      bool
	}{
		{"runtime/plan", module + "/runtime/translate", false, false},
		{"runtime/translate", module + "/runtime/plan", false, true},
		{"runtime/loop", module + "/runtime/docker", false, true},
		{"runtime/status", module + "/runtime", false, true},
		{"runtime/apiserver", module + "/runtime/docker", false, true},
		{"runtime/node", module + "/runtime/docker", false, true},
		{"cmd/minipod", module + "/runtime/docker", false, false},
		{"cmd/minipod/internal/manifest", module + "/runtime/docker", false, true},
		{"cmd/minipod/internal/manifest", module + "/cmd/minipod/internal/tell", false, true},
		{"cmd/minipod/internal/tell", module + "/cmd/minipod", false, true},
		{"cmd/minipod/internal/tell", "github.com/spf13/cobra", false, true},
		{"runtime/plan", module + "/hack/imports", false, true},
		{"podspec/kube", "k8s.io/kubernetes/pkg/apis/core/v1", false, false},
		{"podspec", "k8s.io/kubernetes/pkg/apis/core/v1", false, true},
		{"runtime/apiserver", "k8s.io/kubernetes/pkg/apis/core/v1", false, true},
		{"runtime/plan", "k8s.io/kubernetesque", false, false},
		{"runtime/docker", "github.com/docker/docker/client", false, false},
		{"runtime/docker", "github.com/docker/cli/cli/config", false, false},
		{"cmd/minipod", "github.com/docker/docker/client", false, true},
		{"cmd/minipod", "github.com/docker/docker/client", true, false},
		{"hack/bench", "github.com/docker/docker/client", false, false},
		{"runtime/translate", "github.com/docker/docker/api/types/container", false, false},
		{"runtime/plan", "context", false, true},
		{"runtime/plan", "net/http", false, true},
		{"runtime/plan", "sync", false, true},
		{"runtime/plan", "sync", true, false},
		{"podspec/kube", "sync", false, false},
		{"podspec", "sync", false, true},
		{"podspec", "os", false, true},
		{"runtime/explain", "time", false, false},
		{"cmd/minipod", "os/exec", false, true},
		{"runtime/loop", "testing", false, true},
		{"runtime/loop", "github.com/stretchr/testify/require", true, true},
		{"hack/bench", "github.com/stretchr/testify/require", false, true},
	} {
		if got := judge(c.importer, c.imported, c.test); (got != "") != c.refused {
			t.Errorf("%s imports %s (test: %t): %q, want it refused: %t", c.importer, c.imported, c.test, got, c.refused)
		}
	}
}

func TestOffences(t *testing.T) {
	const text = `package p
import ("fmt"; "time")
func f(now time.Time) {
	_ = time.Now()
	go f(now)
	fmt.Println(time.Second)
	_ = fmt.Sprint(now.Add(time.Hour))
	_ = time.Since
}`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range offences(file) {
		got = append(got, o.what)
	}
	if want := []string{"time.Now", "a goroutine", "fmt.Println", "time.Since"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
