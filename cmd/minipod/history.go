package main

import (
	"encoding/json"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

// history is how pods looked when they were last seen, for ps -w.
type history map[types.UID]string

// born puts in front of a pod that is new the states that it has been through
// by now: how fast the list is read makes no difference to what is seen.
func (h history) born(worlds []plan.World) []plan.World {
	var all []plan.World
	for _, w := range worlds {
		if _, known := h[w.UID]; !known && w.Pause != nil {
			all = append(all, childhood(w)...)
		}
		all = append(all, w)
	}
	return all
}

// childhood is a pod when its pause was created, and when it was started.
func childhood(w plan.World) []plan.World {
	created, want := *w.Pause, asBorn(w.Want)
	created.State = plan.Created
	created.StartedAt, created.FinishedAt, created.IPs, created.Ports = time.Time{}, time.Time{}, nil, nil
	states := []plan.World{{UID: w.UID, Want: want, Pause: &created, Images: w.Images}}
	if !w.Pause.StartedAt.IsZero() {
		started := *w.Pause
		started.State, started.FinishedAt = plan.Running, time.Time{}
		states = append(states, plan.World{UID: w.UID, Want: want, Pause: &started, Images: w.Images})
	}
	return states
}

// asBorn is a blueprint as it was before anything was asked of the pod.
func asBorn(b *translate.Blueprint) *translate.Blueprint {
	if b == nil {
		return nil
	}
	born := *b
	born.Pod = translate.Shown(b.Pod)
	born.Pod.DeletionTimestamp = nil
	return &born
}

// changed are the pods that look otherwise than when they were last seen. It
// notes how they look now, and forgets those that are gone.
func (h history) changed(worlds []plan.World, now time.Time) []plan.World {
	var news []plan.World
	present := map[types.UID]bool{}
	for _, w := range worlds {
		present[w.UID] = true
		if look := appearance(w, now); h[w.UID] != look {
			h[w.UID] = look
			news = append(news, w)
		}
	}
	for uid := range h {
		if !present[uid] {
			delete(h, uid)
		}
	}
	return news
}

// appearance is what is printed of a pod without what changes by itself.
func appearance(w plan.World, now time.Time) string {
	row := status.PodRow(status.Pod(w, now), now)
	row.Age = ""
	row.Restarts, _, _ = strings.Cut(row.Restarts, " ")
	text, err := json.Marshal([]any{row, portsText(w)})
	if err != nil {
		return ""
	}
	return string(text)
}
