package value

import (
	"bytes"
	"cmp"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/util/jsonpath"
)

// What a format begins with that is a template, or columns.
const (
	jsonPathFormat = "jsonpath="
	jsonPathFile   = "jsonpath-file="
	columnsFormat  = "custom-columns="
)

// Format is a format to print in: a word, jsonpath= and a template, jsonpath-file= and the
// file of one, or custom-columns= and columns.
type Format struct{ Choice }

// NewFormat is the choice among words and templates.
func NewFormat(to *string, words ...string) *Format { return &Format{*NewChoice(to, words...)} }

// Set chooses.
func (f *Format) Set(text string) error {
	if file, ok := strings.CutPrefix(text, jsonPathFile); ok {
		template, err := os.ReadFile(file)
		if err != nil {
			return want("a file with a template: %s", err)
		}
		text = jsonPathFormat + string(template)
	}
	if template, ok := strings.CutPrefix(text, jsonPathFormat); ok {
		if template == "" {
			return want("a template such as {.status.podIP}")
		}
		if err := jsonpath.New("output").Parse(template); err != nil {
			return want("a template such as {.status.podIP}: %s", err)
		}
		*f.to = text
		return nil
	}
	if strings.HasPrefix(text, columnsFormat) {
		if _, err := parseColumns(text); err != nil {
			return err
		}
		*f.to = text
		return nil
	}
	if strings.HasPrefix(text, "go-template") || strings.HasPrefix(text, "template") {
		return want("jsonpath='{range .items[*]}{.metadata.name}{end}' or custom-columns=NAME:.metadata.name: templates of Go are kubectl's, through minipod serve")
	}
	if f.Choice.Set(text) != nil {
		return want("%s, jsonpath=..., custom-columns=...", strings.Join(f.allowed, ", "))
	}
	return nil
}

// Column is a column of a table: a field of objects, and what is above it.
type Column struct {
	Name string
	Path
}

// Columns are the columns of a format, if it is of columns.
func Columns(format string) ([]Column, bool) {
	if !strings.HasPrefix(format, columnsFormat) {
		return nil, false
	}
	columns, err := parseColumns(format)
	return columns, err == nil
}

func parseColumns(format string) ([]Column, error) {
	var columns []Column
	for text := range strings.SplitSeq(strings.TrimPrefix(format, columnsFormat), ",") {
		name, path, _ := strings.Cut(text, ":")
		column := Column{Name: name}
		if name == "" || column.Set(path) != nil {
			return nil, want("columns such as NAME:.metadata.name,IP:.status.podIP")
		}
		columns = append(columns, column)
	}
	return columns, nil
}

// Template is the template of a format, if it is one.
func Template(format string) (string, bool) { return strings.CutPrefix(format, jsonPathFormat) }

// Path is a field of an object, to sort by.
type Path struct {
	text string
	path *jsonpath.JSONPath
}

// Set takes a field as kubectl does: .metadata.name, with or without braces
// and the first dot.
func (p *Path) Set(text string) error {
	inner, opened := strings.CutPrefix(text, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	bare := strings.TrimPrefix(inner, ".")
	path := jsonpath.New("sort-by").AllowMissingKeys(true)
	if err := path.Parse("{." + bare + "}"); err != nil || bare == "" || opened != closed {
		return want("a field such as .metadata.creationTimestamp")
	}
	p.text, p.path = text, path
	return nil
}

func (p *Path) String() string { return p.text }

// Type is the word for the value in help.
func (p *Path) Type() string { return "field" }

// Compare orders two objects by the field: numbers and quantities by how much
// they are, everything else as text.
func (p *Path) Compare(a, b any) int {
	left, right := p.find(a), p.find(b)
	x, errX := strconv.ParseFloat(left, 64)
	y, errY := strconv.ParseFloat(right, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	q, errQ := resource.ParseQuantity(left)
	r, errR := resource.ParseQuantity(right)
	if errQ == nil && errR == nil {
		return q.Cmp(r)
	}
	return cmp.Compare(left, right)
}

// Has reports whether an object has the field.
func (p *Path) Has(object any) bool {
	found, err := p.path.FindResults(object)
	return err == nil && slices.ContainsFunc(found, func(values []reflect.Value) bool { return len(values) > 0 })
}

// Texts are the values of the field.
func (p *Path) Texts(object any) []string {
	found, err := p.path.FindResults(object)
	if err != nil {
		return nil
	}
	var texts []string
	for _, values := range found {
		for _, v := range values {
			var text bytes.Buffer
			if p.path.PrintResults(&text, []reflect.Value{v}) == nil {
				texts = append(texts, text.String())
			}
		}
	}
	return texts
}

// find is the field of an object as text; empty where there is none.
func (p *Path) find(object any) string {
	var text bytes.Buffer
	if p.path.Execute(&text, object) != nil {
		return ""
	}
	return text.String()
}
