package main

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
)

// A watch still tells of the attempt that was killed, and of other pods.
func TestAwaitIsOfOneDeath(t *testing.T) {
	running := v1.ContainerState{Running: &v1.ContainerStateRunning{}}
	ended := v1.ContainerState{Terminated: &v1.ContainerStateTerminated{}}
	began := time.Now()
	at := func(n int) time.Time { return began.Add(time.Duration(n) * time.Second) }
	sightings := make(chan sighting, 10)
	for _, s := range []sighting{
		{at(1), "other", "x", ended},
		{at(2), "pod", "first", running},
		{at(3), "pod", "first", ended},
		{at(4), "other", "y", running},
		{at(5), "pod", "first", ended},
		{at(6), "pod", "second", running},
		{at(7), "pod", "second", running},
	} {
		sightings <- s
	}
	told, back, err := await(t.Context(), "pod", "first", sightings)
	if err != nil || told != at(3) || back != at(6) {
		t.Errorf("told after %s, back after %s (%v), want 3s and 6s", told.Sub(began), back.Sub(began), err)
	}
}

func TestAwaitOfAnAttemptThatFollowsAtOnce(t *testing.T) {
	sightings := make(chan sighting, 1)
	at := time.Now()
	sightings <- sighting{at, "pod", "second", v1.ContainerState{Running: &v1.ContainerStateRunning{}}}
	told, back, err := await(t.Context(), "pod", "first", sightings)
	if err != nil || told != at || back != at {
		t.Errorf("told %s, back %s (%v), want both at %s", told, back, err, at)
	}
}
