package describe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Object words an object that is not a pod: its data, where it is a ConfigMap;
// of a Secret how much there is of each; what a Service leads to, and what a
// claim has got.
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
	case *v1.Service:
		p.service(o)
	case *v1.PersistentVolumeClaim:
		p.claim(o)
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

func (p *page) service(s *v1.Service) {
	p.list("Selector:", pairs(s.Spec.Selector, "="))
	p.line(top, "Type:\t%s", string(s.Spec.Type))
	p.list("IPs:", s.Spec.ClusterIPs)
	if s.Spec.ExternalName != "" {
		p.line(top, "External Name:\t%s", s.Spec.ExternalName)
	}
	for _, port := range s.Spec.Ports {
		p.line(top, "Port:\t%s  %d/%s", cmp.Or(port.Name, unset), port.Port, string(port.Protocol))
		p.line(top, "TargetPort:\t%s/%s", port.TargetPort.String(), string(port.Protocol))
		if port.NodePort != 0 {
			p.line(top, "NodePort:\t%s  %d/%s", cmp.Or(port.Name, unset), port.NodePort, string(port.Protocol))
		}
	}
	p.line(top, "Session Affinity:\t%s", string(s.Spec.SessionAffinity))
}

// unset is what kubectl says of a name that is not given.
const unset = "<unset>"

func (p *page) claim(c *v1.PersistentVolumeClaim) {
	class, capacity, modes := "", "", []string{}
	if c.Spec.StorageClassName != nil {
		class = *c.Spec.StorageClassName
	}
	if size, bound := c.Status.Capacity[v1.ResourceStorage]; bound {
		capacity = size.String()
	}
	for _, mode := range c.Status.AccessModes {
		modes = append(modes, string(mode))
	}
	p.line(top, "StorageClass:\t%s", class)
	p.line(top, "Status:\t%s", string(c.Status.Phase))
	p.line(top, "Volume:\t%s", c.Spec.VolumeName)
	p.line(top, "Capacity:\t%s", capacity)
	p.line(top, "Access Modes:\t%s", strings.Join(modes, ", "))
	if c.Spec.VolumeMode != nil {
		p.line(top, "VolumeMode:\t%s", string(*c.Spec.VolumeMode))
	}
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
