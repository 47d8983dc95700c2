package kube

import "k8s.io/kubernetes/third_party/forked/golang/expansion"

// Expand replaces $(NAME) in a command, argument or environment value as the kubelet does: by the first map that has
// the name; a name that none has stays as it is, and $$ is a dollar sign that starts nothing.
func Expand(text string, env ...map[string]string) string {
	return expansion.Expand(text, expansion.MappingFuncFor(env...))
}

// ExpandWith replaces $(NAME) by what value answers.
func ExpandWith(text string, value func(name string) string) string {
	return expansion.Expand(text, value)
}
