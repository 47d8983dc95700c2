package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/minipod/minipod/runtime/docker"
)

// An engine that is away is told of once, and once that it is back; everything
// else is told of as ever.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		o := newOutage(slog.NewTextHandler(&text, nil))
		log := slog.New(o)
		ctx, cancel := context.WithCancel(t.Context())
		away := true
		go o.run(ctx, func(context.Context) error {
			if away {
				return errors.New("away")
			}
			return nil
		})
		for range 2 {
			away = true
			for range 30 {
				log.Warn("heartbeat", "error", fmt.Errorf("ask: %w", &docker.UnreachableError{}))
				time.Sleep(time.Second)
			}
			log.Warn("other", "error", errors.New("trouble"))
			away = false
			time.Sleep(2 * time.Second)
		}
		cancel()
		synctest.Wait()
		var said []string
		for line := range strings.Lines(text.String()) {
			_, rest, _ := strings.Cut(line, "msg=")
			said = append(said, strings.Fields(rest)[0])
		}
		if got := strings.Join(said, " "); got != `heartbeat other "the heartbeat other "the` {
			t.Errorf("said %s in\n%s", got, text.String())
		}
	})
}
