package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/util/jsonpath"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
)

// templatePrinter prints what a jsonpath template finds in an object. A field
// that is not there prints nothing, as with kubectl; what else goes wrong is
// told in a line, without the object.
type templatePrinter struct {
	text string
	path *jsonpath.JSONPath
}

func newTemplatePrinter(text string) (*templatePrinter, error) {
	path := jsonpath.New("output").AllowMissingKeys(true)
	return &templatePrinter{text, path}, path.Parse(text)
}

// PrintObj implements printers.ResourcePrinter.
func (p *templatePrinter) PrintObj(o runtime.Object, w io.Writer) error {
	value, err := asWritten(o)
	if err != nil {
		return err
	}
	if err := p.path.Execute(w, value); err != nil {
		return fmt.Errorf("jsonpath=%s: %w", p.text, err)
	}
	return nil
}

// asWritten is an object with the names of fields that its JSON has.
func asWritten(o runtime.Object) (any, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	var written any
	return written, json.Unmarshal(text, &written)
}

// columnsPrinter prints columns of the fields of an object, or of those in a list.
type columnsPrinter struct {
	columns   []value.Column
	noHeaders bool
}

// PrintObj implements printers.ResourcePrinter.
func (p *columnsPrinter) PrintObj(o runtime.Object, w io.Writer) error {
	written, err := asWritten(o)
	if err != nil {
		return err
	}
	items := []any{written}
	fields, _ := written.(map[string]any)
	if listed, ok := fields["items"]; ok {
		items, _ = listed.([]any)
	}
	table := printers.GetNewTabWriter(w)
	if !p.noHeaders {
		p.row(table, func(c *value.Column) string { return c.Name })
	}
	for _, item := range items {
		p.row(table, func(c *value.Column) string { return cmp.Or(strings.Join(c.Texts(item), ","), "<none>") })
	}
	p.noHeaders = true // of what changes later
	return table.Flush()
}

func (p *columnsPrinter) row(w io.Writer, text func(*value.Column) string) {
	var cells []string
	for i := range p.columns {
		cells = append(cells, tell.Clean(text(&p.columns[i])))
	}
	fmt.Fprintln(w, strings.Join(cells, "\t"))
}
