//go:build judge

// Package judge names the programs that hack/conformance builds, so that go.mod keeps the modules
// they are made of. Nothing imports it and its build tag is never set.
package judge

import (
	_ "github.com/onsi/ginkgo/v2/ginkgo"
	_ "k8s.io/kubernetes/test/e2e"
	_ "k8s.io/kubernetes/test/images/agnhost"
	_ "k8s.io/kubernetes/test/images/nonewprivs"
)
