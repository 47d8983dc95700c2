package status

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
)

// printer gathers what the cells need.
type printer struct {
	pod                *v1.Pod
	word               string // for STATUS
	ready              int
	restarts, sidecars restarts
}

func (p *printer) gated() {
	for _, c := range p.pod.Status.Conditions {
		if c.Type == v1.PodScheduled && c.Reason == v1.PodReasonSchedulingGated {
			p.word = v1.PodReasonSchedulingGated
		}
	}
}

// inits goes through the init containers up to the one at work, if there is
// one, which decides the word.
func (p *printer) inits() (initializing bool) {
	for i := range p.pod.Status.InitContainerStatuses {
		s := &p.pod.Status.InitContainerStatuses[i]
		isSidecar := p.isSidecar(s.Name)
		p.restarts.add(s)
		if isSidecar {
			p.sidecars.add(s)
		}
		switch {
		case s.State.Terminated != nil && s.State.Terminated.ExitCode == 0:
		case isSidecar && s.Started != nil && *s.Started:
			if s.Ready {
				p.ready++
			}
		default:
			p.word = "Init:" + p.initWord(i, s.State)
			return true
		}
	}
	return false
}

func (p *printer) initWord(i int, state v1.ContainerState) string {
	switch {
	case state.Terminated != nil:
		return endWord(state.Terminated)
	case state.Waiting != nil && state.Waiting.Reason != "" && state.Waiting.Reason != reasonInitializing:
		return state.Waiting.Reason
	}
	return fmt.Sprintf("%d/%d", i, len(p.pod.Spec.InitContainers))
}

func (p *printer) isSidecar(name string) bool {
	for i := range p.pod.Spec.InitContainers {
		if c := &p.pod.Spec.InitContainers[i]; c.Name == name {
			return sidecar(c)
		}
	}
	return false
}

// containers goes through the containers from the last to the first, so that
// the first with something to say decides the word.
func (p *printer) containers() {
	running, failure := false, ""
	for i := len(p.pod.Status.ContainerStatuses) - 1; i >= 0; i-- {
		s := &p.pod.Status.ContainerStatuses[i]
		p.restarts.add(s)
		switch {
		case s.State.Waiting != nil && s.State.Waiting.Reason != "":
			p.word = s.State.Waiting.Reason
		case s.State.Terminated != nil:
			p.word = endWord(s.State.Terminated)
			if s.State.Terminated.ExitCode != 0 {
				failure = p.word
			}
		case s.Ready && s.State.Running != nil:
			running = true
			p.ready++
		}
	}
	p.completed(running, failure)
}

// completed says more of a pod of which the first container has completed.
func (p *printer) completed(running bool, failure string) {
	switch {
	case p.word != reasonCompleted:
	case running && conditionTrue(p.pod, v1.PodReady):
		p.word = "Running"
	case failure != "":
		p.word = failure
	case running:
		p.word = "NotReady"
	}
}

func (p *printer) deleted() {
	phase := p.pod.Status.Phase
	switch {
	case p.pod.Status.Reason == Stopping:
		p.word = Stopping
	case p.pod.DeletionTimestamp == nil:
	case p.pod.Status.Reason == "NodeLost":
		p.word = "Unknown"
	case phase != v1.PodSucceeded && phase != v1.PodFailed:
		p.word = "Terminating"
	}
}

// endWord says how a container ended.
func endWord(t *v1.ContainerStateTerminated) string {
	switch {
	case t.Reason != "":
		return t.Reason
	case t.Signal != 0:
		return fmt.Sprintf("Signal:%d", t.Signal)
	}
	return fmt.Sprintf("ExitCode:%d", t.ExitCode)
}
