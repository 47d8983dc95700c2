package main

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

// The formats of -o.
const (
	formatWide = "wide"
	formatJSON = "json"
	formatYAML = "yaml"
	formatName = "name"
)

func formats() []string { return []string{formatWide, formatJSON, formatYAML, formatName} }

// podPrinter prints pods as kubectl does.
type podPrinter struct {
	out       io.Writer // to, or what puts it into columns
	to        io.Writer
	now       func() time.Time
	namespace bool     // a column for it
	labels    bool     // a column for them
	labelKeys []string // labels with a column of their own
	quiet     bool     // names alone
	template  bool     // objects is one
	single    bool     // one object is printed by itself, not as a List
	table     printers.ResourcePrinter
	objects   printers.ResourcePrinter // nil for a table
	machine   docker.Info              // that pods are shown on, where it shows
}

// pod is a pod as Kubernetes has it.
func (p *podPrinter) pod(w plan.World) *v1.Pod {
	pod := status.Pod(w, p.now())
	if pod != nil {
		status.Place(pod, p.machine.Hostname, p.machine.Addresses)
	}
	return pod
}

// newPodPrinter prints in the format that the flags choose the pods that args
// name.
func newPodPrinter(out io.Writer, f *psFlags, args []string) (*podPrinter, error) {
	p := &podPrinter{
		out: out, to: out, now: time.Now, namespace: f.allNamespaces, labels: f.showLabels, labelKeys: f.columns, quiet: f.quiet,
		single: len(args) == 1 || f.watch,
	}
	if template, ok := value.Template(f.output); ok {
		var err error
		p.template = true
		p.objects, err = newTemplatePrinter(template)
		return p, err
	}
	if columns, ok := value.Columns(f.output); ok {
		p.template, p.objects = true, &columnsPrinter{columns, f.noHeaders}
		return p, nil
	}
	switch f.output {
	case formatJSON:
		p.objects = &printers.JSONPrinter{}
	case formatYAML:
		p.objects = &printers.YAMLPrinter{}
	case formatName:
		p.objects, p.single = &printers.NamePrinter{}, true
	default:
		p.out = printers.GetNewTabWriter(out) // it remembers how wide the columns are
		p.table = printers.NewTablePrinter(printers.PrintOptions{Wide: f.output == formatWide, NoHeaders: f.noHeaders})
	}
	return p, nil
}

// showsObjects reports whether pods are printed as Kubernetes has them.
func (f *psFlags) showsObjects() bool {
	return !slices.Contains([]string{"", formatWide, formatName}, f.output)
}

// print prints the pods of some worlds. A table of none has no headings.
func (p *podPrinter) print(worlds []plan.World) error {
	switch {
	case p.quiet:
		for _, w := range worlds {
			tell.Result(p.out, "%s", w.Name)
		}
		return p.flush()
	case p.objects == nil:
		return p.printTable(worlds)
	}
	if p.template && !p.single {
		return p.object(p.podList(worlds))
	}
	list := &v1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}, Items: []runtime.RawExtension{}}
	for _, w := range worlds {
		pod := p.pod(w)
		if !p.single {
			list.Items = append(list.Items, runtime.RawExtension{Object: pod})
			continue
		}
		if err := p.object(pod); err != nil {
			return err
		}
	}
	if p.single {
		return nil
	}
	return p.object(list)
}

// podList is what a template of several pods is about.
func (p *podPrinter) podList(worlds []plan.World) *v1.PodList {
	list := &v1.PodList{}
	for _, w := range worlds {
		list.Items = append(list.Items, *p.pod(w))
	}
	return list
}

// object prints an object, so that a terminal takes nothing in it for more
// than text. What a template finds goes to a program or a file as it is.
func (p *podPrinter) object(o runtime.Object) error {
	var text bytes.Buffer
	err := p.objects.PrintObj(o, &text)
	switch p.objects.(type) {
	case *printers.JSONPrinter, *printers.YAMLPrinter:
		if err != nil || tell.UncleanLines(text.String()) {
			return p.plainly(o)
		}
		_, err = text.WriteTo(p.out)
		return err
	}
	if err != nil {
		return err
	}
	if !p.template {
		tell.Result(p.out, "%s", strings.TrimSuffix(text.String(), "\n"))
		return nil
	}
	if term.IsTerminal(p.to) {
		text = *bytes.NewBufferString(tell.CleanLines(text.String()))
	}
	_, err = text.WriteTo(p.out)
	return err
}

// plainly prints an object as JSON, which can write every character by its
// number. YAML has no way to write some of them, and takes JSON.
func (p *podPrinter) plainly(o runtime.Object) error {
	var text bytes.Buffer
	if err := (&printers.JSONPrinter{}).PrintObj(o, &text); err != nil {
		return err
	}
	mark := ""
	if _, isYAML := p.objects.(*printers.YAMLPrinter); isYAML {
		mark = "---\n"
	}
	_, err := io.WriteString(p.out, mark+tell.CleanJSON(text.String()))
	return err
}

func (p *podPrinter) printTable(worlds []plan.World) error {
	table := &metav1.Table{ColumnDefinitions: p.columns()}
	for _, w := range worlds {
		table.Rows = append(table.Rows, metav1.TableRow{Cells: p.cells(w)})
	}
	if err := p.table.PrintObj(table, p.out); err != nil {
		return err
	}
	return p.flush()
}

func (p *podPrinter) flush() error {
	if f, ok := p.out.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}

func (p *podPrinter) columns() []metav1.TableColumnDefinition {
	column := func(name string) metav1.TableColumnDefinition {
		return metav1.TableColumnDefinition{Name: name, Type: "string"}
	}
	var columns []metav1.TableColumnDefinition
	if p.namespace {
		columns = append(columns, column("Namespace"))
	}
	for _, name := range []string{"Name", "Ready", "Status", "Restarts", "Age"} {
		columns = append(columns, column(name))
	}
	for _, name := range []string{"IP", "Ports"} {
		wide := column(name)
		wide.Priority = 1
		columns = append(columns, wide)
	}
	return append(columns, p.labelColumns()...)
}

// labelColumns are the columns of --label-columns and --show-labels.
func (p *podPrinter) labelColumns() []metav1.TableColumnDefinition {
	var columns []metav1.TableColumnDefinition
	for _, key := range p.labelKeys {
		columns = append(columns, metav1.TableColumnDefinition{Name: key[strings.LastIndex(key, "/")+1:], Type: "string"})
	}
	if p.labels {
		columns = append(columns, metav1.TableColumnDefinition{Name: "Labels", Type: "string"})
	}
	return columns
}

// labelTexts are what is in labelColumns.
func (p *podPrinter) labelTexts(of map[string]string) []string {
	var texts []string
	for _, key := range p.labelKeys {
		texts = append(texts, cmp.Or(of[key], "<none>"))
	}
	if p.labels {
		texts = append(texts, cmp.Or(labels.FormatLabels(of), "<none>"))
	}
	return texts
}

func (p *podPrinter) cells(w plan.World) []any {
	pod := p.pod(w)
	row := status.PodRow(pod, p.now())
	texts := []string{row.Name, row.Ready, row.Status, row.Restarts, row.Age, row.IP, portsText(w)}
	if p.namespace {
		texts = slices.Insert(texts, 0, pod.Namespace)
	}
	texts = append(texts, p.labelTexts(pod.Labels)...)
	cells := make([]any, 0, len(texts))
	for _, text := range texts {
		cells = append(cells, tell.Clean(text))
	}
	return cells
}

func portsText(w plan.World) string {
	if w.Pause == nil || len(w.Pause.Ports) == 0 {
		return "<none>"
	}
	return strings.Join(w.Pause.Ports, ",")
}
