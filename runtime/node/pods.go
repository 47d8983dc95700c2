package node

import (
	"context"
	"errors"
	"slices"

	"github.com/distribution/reference"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// List implements apiserver.Pods.
func (n *Node) List(ctx context.Context) ([]apiserver.Pod, error) {
	worlds, err := n.runner.List(ctx)
	if err != nil {
		return nil, err
	}
	var pods []apiserver.Pod
	for _, w := range worlds {
		n.mu.Lock()
		w.Faults = n.seen[w.UID].Faults
		n.mu.Unlock()
		if pod, ok := n.pod(w); ok && !w.Over() {
			pods = append(pods, pod)
		}
	}
	return pods, nil
}

// Get implements apiserver.Pods: what the pod's keeper saw last, else what
// the engine says.
func (n *Node) Get(ctx context.Context, uid types.UID) (pod apiserver.Pod, ok bool, err error) {
	n.mu.Lock()
	w, kept := n.seen[uid]
	n.mu.Unlock()
	if !kept {
		if w, err = n.look(ctx, uid); err != nil {
			return pod, false, err
		}
	}
	pod, ok = n.pod(w)
	return pod, ok && !w.Over(), nil
}

// watched is how many hints a slow follower may leave untaken.
const watched = 1024

// Changes implements apiserver.Pods: it sends after a pod was looked at.
func (n *Node) Changes(ctx context.Context) <-chan types.UID {
	watcher := make(chan types.UID, watched)
	n.mu.Lock()
	n.watchers[watcher] = true
	n.mu.Unlock()
	context.AfterFunc(ctx, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.watchers, watcher)
		close(watcher)
	})
	return watcher
}

// Create implements apiserver.Pods.
func (n *Node) Create(ctx context.Context, pod *v1.Pod) error {
	opts, err := n.options(ctx, pod)
	if err != nil {
		return err
	}
	b := translate.New(stored(pod), opts)
	err = n.runner.Create(ctx, b)
	if errors.As(err, new(*loop.ExistsError)) {
		return apierrors.NewAlreadyExists(v1.Resource("pods"), pod.Name)
	}
	return err
}

// assumedAlways are the containers that are pulled always because of their
// tag. The API does not keep whether the policy was written: a laptop without
// a network is to run what it has.
func assumedAlways(pod *v1.Pod) []string {
	var names []string
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if c.ImagePullPolicy == v1.PullAlways && latest(c.Image) {
			names = append(names, c.Name)
		}
	}
	return names
}

func latest(image string) bool {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return false
	}
	if _, digested := named.(reference.Digested); digested {
		return false
	}
	tagged, ok := reference.TagNameOnly(named).(reference.Tagged)
	return ok && tagged.Tag() == "latest"
}

// kubeletConditions are the conditions that are computed; any other one was
// set by a user.
var kubeletConditions = []v1.PodConditionType{
	v1.PodReadyToStartContainers, v1.PodInitialized, v1.PodReady, v1.ContainersReady, v1.PodScheduled, v1.AllContainersRestarting,
	v1.PodResizeInProgress, v1.PodResizePending,
}

// stored is what a pod's manifest keeps of it: metadata, spec, and the
// conditions that users set.
func stored(pod *v1.Pod) *v1.Pod {
	kept := pod.DeepCopy()
	kept.Status = v1.PodStatus{}
	kept.ResourceVersion, kept.ManagedFields = "", nil
	for _, c := range pod.Status.Conditions {
		if !slices.Contains(kubeletConditions, c.Type) {
			kept.Status.Conditions = append(kept.Status.Conditions, c)
		}
	}
	return kept
}

// Revise implements apiserver.Pods.
func (n *Node) Revise(ctx context.Context, old apiserver.Pod, next *v1.Pod) (int64, error) {
	w, err := n.engine.Observe(ctx, old.UID)
	if err != nil {
		return 0, err
	}
	if w.Pause == nil || w.Over() {
		return 0, apierrors.NewNotFound(v1.Resource("pods"), old.Name)
	}
	if old.Revision != int64(w.Revision) {
		n.forget(old.UID, w.Revision)
		return 0, conflict(old.Pod)
	}
	op := plan.Amend(w, stored(next))
	err = n.engine.Do(ctx, op, nil)
	if err == nil || errors.Is(err, plan.ErrStale) {
		n.forget(old.UID, op.Revision)
	}
	if errors.Is(err, plan.ErrStale) {
		return 0, conflict(old.Pod)
	}
	return int64(op.Revision), err
}

func conflict(pod *v1.Pod) error {
	return apierrors.NewConflict(v1.Resource("pods"), pod.Name, errors.New("the pod was changed by another process; look at it again"))
}

// forget drops what was seen of a pod before a revision, and has it looked
// at.
func (n *Node) forget(uid types.UID, revision int) {
	n.mu.Lock()
	delete(n.seen, uid)
	n.revised[uid] = max(revision, n.revised[uid])
	n.mu.Unlock()
	n.keeper.Poke(uid)
}

// Stop implements apiserver.Pods: that the pod is being removed is in its
// manifest.
func (n *Node) Stop(ctx context.Context, old apiserver.Pod, next *v1.Pod) (int64, error) {
	return n.Revise(ctx, old, next)
}

// Kill implements apiserver.Pods.
func (n *Node) Kill(ctx context.Context, pod *v1.Pod) error {
	if err := n.runner.Kill(ctx, translate.RefOf(pod)); err != nil {
		return err
	}
	n.Saw(plan.World{UID: pod.UID}, plan.Step{})
	return nil
}
