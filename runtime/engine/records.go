package engine

import (
	"errors"
	"time"
)

// Record is a fact that is kept in the engine: an empty volume, whose labels
// are the fact. Labels never change: a fact that changes is a new record.
type Record struct {
	Name   string
	Labels map[string]string
	Made   time.Time // as the engine says; zero where it does not, and for one that is to be made
}

// ErrExists is in the error of PutRecord when someone else was faster.
var ErrExists = errors.New("there is such a record already")
