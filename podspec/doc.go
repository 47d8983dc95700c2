// Package podspec turns bytes into Kubernetes objects, and says file:line:column for everything that is wrong with them.
//
// A manifest goes through it once: [Parse] reads YAML or JSON, decodes it strictly, and has package kube apply
// Kubernetes' own defaults and validation. All problems of all objects of a file come back together, as [Problems], each
// at the place in the file where it can be mended and, where a word is near, with that word.
//
// An [Object] remembers where its fields were written, so that whoever meets trouble later (a field that Docker cannot
// honour, an image that cannot be had) can still point at the line. Objects that come by the API have no lines: package
// kube answers for those directly.
//
// Everything here is values and functions: no context, clock, environment, log, goroutine or I/O.
package podspec
