// Package kube is what Kubernetes' API server does to an object before it stores it: defaults, the dropping of fields
// whose feature is off, validation and warnings.
//
// For each kind there are Default..., Prepare... and Validate... functions on its typed objects. It is the only package
// that imports k8s.io/kubernetes, whose code is not made to be imported: what others need of it is exported here.
//
// Everything here is values and functions: no clock, environment, log, goroutine or I/O.
package kube
