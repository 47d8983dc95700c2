// Package table makes the rows that kubectl get shows: the same columns and
// words as a Kubernetes API server's, each computed from one object and the time.
package table

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/status"
)

// Printer makes the rows of one kind.
type Printer struct {
	Columns []metav1.TableColumnDefinition
	row     func(obj store.Object, now time.Time) []any
	// conditions mark rows that clients may show apart; nil: there are none.
	conditions func(obj store.Object) []metav1.TableRowCondition
}

// Row makes the row of an object. It has a cell for every column.
func (p Printer) Row(obj store.Object, now time.Time) metav1.TableRow {
	row := metav1.TableRow{Cells: p.row(obj, now)}
	if p.conditions != nil {
		row.Conditions = p.conditions(obj)
	}
	return row
}

// columns turns names into column definitions; a name that starts with "wide:"
// is shown by -o wide alone, one that ends in "#" is a number.
func columns(names ...string) []metav1.TableColumnDefinition {
	defs := make([]metav1.TableColumnDefinition, 0, len(names))
	for _, name := range names {
		def := metav1.TableColumnDefinition{Name: name, Type: "string"}
		if len(name) > 5 && name[:5] == "wide:" {
			def.Name, def.Priority = name[5:], 1
		}
		if last := len(def.Name) - 1; def.Name[last] == '#' {
			def.Name, def.Type = def.Name[:last], "integer"
		}
		if name == "Name" {
			def.Format = "name"
		}
		defs = append(defs, def)
	}
	return defs
}

func born(obj store.Object, now time.Time) string {
	return status.Age(obj.GetCreationTimestamp(), now)
}

// or is text, or what stands for none.
func or(text, none string) string {
	if text == "" {
		return none
	}
	return text
}
