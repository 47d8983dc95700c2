package apiserver

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

const (
	heartbeat     = 10 * time.Second
	leaseDuration = int32(40) // seconds, as the kubelet's
	statusEvery   = 6         // heartbeats between two looks at the machine
)

// nodeKeeper keeps the Node that is this engine, and its lease.
type nodeKeeper struct {
	server *Server
	named  atomic.Pointer[string]
	beats  int
}

// name is the node's name; empty until the first heartbeat.
func (n *nodeKeeper) name() string {
	if p := n.named.Load(); p != nil {
		return *p
	}
	return ""
}

func (n *nodeKeeper) run(ctx context.Context) error {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if err := n.beat(ctx); err != nil && ctx.Err() == nil {
				n.server.Log.Warn("heartbeat of the node", "error", err)
			}
		}
	}
}

// beat renews the lease, and now and then the node's status. A node that was
// deleted registers anew, as a kubelet would after its restart.
func (n *nodeKeeper) beat(ctx context.Context) error {
	if n.name() == "" || n.beats%statusEvery == 0 || n.server.store.Get(n.key()) == nil {
		if err := n.register(ctx); err != nil {
			return err
		}
	}
	n.beats++
	return n.renew()
}

func (n *nodeKeeper) key() store.Key { return store.Key{Resource: kind.Nodes, Name: n.name()} }

func (n *nodeKeeper) register(ctx context.Context) error {
	facts, err := n.server.Node.Node(ctx)
	if err != nil && n.name() == "" {
		return fmt.Errorf("ask for the engine's machine: %w", err)
	}
	if err == nil {
		n.named.Store(&facts.Name)
	}
	n.server.needNamespace(v1.NamespaceNodeLease)
	return n.server.store.Set(n.key(), func(current *store.Item) store.Object {
		return n.next(current, facts, err)
	})
}

// next is the node as it is now: what users wrote into it, and what the machine says.
func (n *nodeKeeper) next(current *store.Item, facts *v1.Node, problem error) store.Object {
	node := &v1.Node{ObjectMeta: n.server.newMeta("", n.name())}
	if current != nil {
		node = current.Object.DeepCopyObject().(*v1.Node)
	}
	n.server.kinds.ByResource(kind.Nodes).Stamp(node)
	if facts != nil {
		status := *facts.Status.DeepCopy()
		status.Conditions = node.Status.Conditions
		status.NodeInfo.KubeletVersion = cmp.Or(status.NodeInfo.KubeletVersion, kubernetesVersion)
		node.Status = status
		n.label(node, facts)
	}
	n.judge(node, problem)
	return node
}

func (n *nodeKeeper) label(node, facts *v1.Node) {
	labels := map[string]string{
		v1.LabelHostname:   node.Name,
		v1.LabelOSStable:   facts.Status.NodeInfo.OperatingSystem,
		v1.LabelArchStable: facts.Status.NodeInfo.Architecture,
	}
	maps.Copy(labels, facts.Labels)
	maps.Copy(labels, node.Labels)
	node.Labels = labels
}

// judge sets the conditions: Ready as long as the engine answers. A pressure that
// nobody measures is not there.
func (n *nodeKeeper) judge(node *v1.Node, problem error) {
	now := metav1.NewTime(n.server.Now()).Rfc3339Copy()
	ready := v1.NodeCondition{Type: v1.NodeReady, Status: v1.ConditionTrue, Reason: "KubeletReady", Message: "the engine answers"}
	if problem != nil {
		ready = v1.NodeCondition{Type: v1.NodeReady, Status: v1.ConditionFalse, Reason: "KubeletNotReady", Message: problem.Error()}
	}
	all := []v1.NodeCondition{
		{Type: v1.NodeMemoryPressure, Status: v1.ConditionFalse, Reason: "KubeletHasSufficientMemory", Message: "not watched"},
		{Type: v1.NodeDiskPressure, Status: v1.ConditionFalse, Reason: "KubeletHasNoDiskPressure", Message: "not watched"},
		{Type: v1.NodePIDPressure, Status: v1.ConditionFalse, Reason: "KubeletHasSufficientPID", Message: "not watched"},
		ready,
	}
	for i := range all {
		all[i].LastHeartbeatTime, all[i].LastTransitionTime = now, now
		for _, before := range node.Status.Conditions {
			if before.Type == all[i].Type && before.Status == all[i].Status {
				all[i].LastTransitionTime = before.LastTransitionTime
			}
		}
	}
	node.Status.Conditions = all
}

// renew writes the time into the node's lease, by which others see that it lives.
func (n *nodeKeeper) renew() error {
	node := n.server.store.Get(n.key())
	if node == nil {
		return nil
	}
	key := store.Key{Resource: kind.Leases, Namespace: v1.NamespaceNodeLease, Name: n.name()}
	return n.server.store.Set(key, func(current *store.Item) store.Object {
		lease := &coordinationv1.Lease{ObjectMeta: n.server.newMeta(key.Namespace, key.Name)}
		if current != nil {
			lease = current.Object.DeepCopyObject().(*coordinationv1.Lease)
		}
		n.server.kinds.ByResource(kind.Leases).Stamp(lease)
		lease.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: "v1", Kind: "Node", Name: n.name(), UID: node.Object.GetUID(),
		}}
		holder, duration := n.name(), leaseDuration
		now := metav1.NewMicroTime(n.server.Now())
		lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds, lease.Spec.RenewTime = &holder, &duration, &now
		return lease
	})
}
