package engine

import "errors"

// Record is a fact that is kept in the engine: an empty volume, whose labels
// are the fact. Labels never change: a fact that changes is a new record.
type Record struct {
	Name   string
	Labels map[string]string
}

// ErrExists is in the error of PutRecord when someone else was faster.
var ErrExists = errors.New("there is such a record already")
