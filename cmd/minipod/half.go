package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// lookTime bounds the look at a pod whose stop or removal was interrupted.
const lookTime = 3 * time.Second

// sayHalf says what an interrupted stop or removal has left of a pod, who goes
// on with it, and the command that finishes it; later is what comes after that.
func sayHalf(ctx context.Context, c tell.Console, e connection, ref translate.Ref, later string) {
	if _, stopped := interrupted(ctx); !stopped {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	switch {
	case err != nil: // it is gone, or the engine is
	case w.Intent() != plan.Halted && !w.Leaving():
		c.Say("pod %s is left as it is", ref)
	default:
		c.Say("%s%s", halfText(w, keeperOf(ctx, e)), later)
	}
}

// halfText says of a pod that is half stopped or half removed who goes on with
// it, if somebody does, and the command that finishes it.
func halfText(w plan.World, keeper string) string {
	doing, command := "stopping", "stop"
	if w.Leaving() {
		doing, command = "removing", "rm"
	}
	if keeper != "" {
		return fmt.Sprintf("%s pod %s goes on: %s does it; %s ends it at once", doing, w.Ref(), keeper, tell.Command(command+" --now", w.Ref()))
	}
	return fmt.Sprintf("%s pod %s was interrupted; %s finishes it", doing, w.Ref(), tell.Command(command, w.Ref()))
}

// keeperOf names who keeps the pods of an engine; it is empty for nobody.
func keeperOf(ctx context.Context, e connection) string {
	at, err := place(e)
	if err != nil {
		return ""
	}
	if holder, held, err := at.Holder(); held && err == nil {
		return holder.String()
	}
	if e.keeper.isInstalled(ctx, e) {
		return "container " + docker.InstalledName
	}
	return ""
}

// kept reports whether somebody keeps the pods now.
func (e connection) kept(ctx context.Context) bool { return keeperOf(ctx, e) != "" }

// keeper remembers whether a container of the engine keeps its pods, while a command
// is at work.
type keeper struct {
	mu        sync.Mutex
	asked     time.Time
	installed bool
}

// askKeeper is how long it counts whether a container of the engine keeps the pods.
// Whether somebody here does is asked each time: that is a look at a file.
const askKeeper = 5 * time.Second

// isInstalled asks the engine, if it was not asked a short while ago.
func (k *keeper) isInstalled(ctx context.Context, e connection) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); now.Sub(k.asked) >= askKeeper {
		installed, err := e.Installed(ctx)
		if err != nil {
			return false
		}
		k.installed, k.asked = installed, now
	}
	return k.installed
}
