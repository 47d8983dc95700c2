package value

import "k8s.io/apimachinery/pkg/util/validation"

// Namespace is the name of a namespace.
type Namespace struct{ to *string }

// NewNamespace is no namespace until it is set.
func NewNamespace(to *string) *Namespace { return &Namespace{to} }

// Set takes what Kubernetes takes for a namespace; empty is none.
func (n *Namespace) Set(text string) error {
	if text != "" && len(validation.IsDNS1123Label(text)) > 0 {
		return want("a namespace: lower case letters, digits and -, at most 63 of them")
	}
	*n.to = text
	return nil
}

func (n *Namespace) String() string {
	if n.to == nil {
		return ""
	}
	return *n.to
}

// Type is the word for the value in help.
func (n *Namespace) Type() string { return "string" }
