package describe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Object words an object that is not a pod: its data, where it is a ConfigMap;
// of a Secret how much there is of each.
func Object(o metav1.Object, now time.Time) string {
	p := newPage(now)
	p.line(top, "Name:\t%s", o.GetName())
	if o.GetNamespace() != "" {
		p.line(top, "Namespace:\t%s", o.GetNamespace())
	}
	p.list("Labels:", pairs(o.GetLabels(), "="))
	p.list("Annotations:", annotations(&metav1.ObjectMeta{Annotations: o.GetAnnotations()}))
	switch o := o.(type) {
	case *v1.ConfigMap:
		p.configMap(o)
	case *v1.Secret:
		p.secret(o)
	}
	return p.String()
}

func (p *page) configMap(c *v1.ConfigMap) {
	p.title("Data")
	for _, key := range slices.Sorted(maps.Keys(c.Data)) {
		p.line(top, "%s:", key)
		p.line(top, "----")
		for line := range strings.Lines(c.Data[key]) {
			p.line(top, "%s", strings.TrimSuffix(line, "\n"))
		}
		p.line(top, "")
	}
	p.title("BinaryData")
	p.sizes(c.BinaryData)
}

func (p *page) secret(s *v1.Secret) {
	p.line(top, "")
	p.line(top, "Type:\t%s", string(s.Type))
	p.title("Data")
	p.sizes(s.Data)
}

func (p *page) title(text string) {
	p.columns.Flush()
	p.line(top, "")
	p.line(top, "%s", text)
	p.line(top, "====")
}

// sizes shows how much there is, not what.
func (p *page) sizes(data map[string][]byte) {
	for _, key := range slices.Sorted(maps.Keys(data)) {
		p.line(top, "%s:\t%s", key, fmt.Sprintf("%d bytes", len(data[key])))
	}
}
