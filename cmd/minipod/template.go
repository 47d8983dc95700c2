package main

import (
	"encoding/json"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/jsonpath"
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
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	if err := p.path.Execute(w, value); err != nil {
		return fmt.Errorf("jsonpath=%s: %w", p.text, err)
	}
	return nil
}
