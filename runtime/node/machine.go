package node

import (
	"context"
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/engine"
)

// maxPods is how many pods a node says it takes; the kubelet's own default.
const maxPods = 110

// Node implements apiserver.Node.
func (n *Node) Node(ctx context.Context) (*v1.Node, error) {
	info, err := n.engine.Info(ctx)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.info = info
	n.mu.Unlock()
	resources := v1.ResourceList{
		v1.ResourceCPU:    *resource.NewQuantity(int64(info.CPUs), resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(info.Memory, resource.BinarySI),
		v1.ResourcePods:   *resource.NewQuantity(maxPods, resource.DecimalSI),
	}
	return &v1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: info.Hostname},
		Status: v1.NodeStatus{
			Capacity: resources, Allocatable: resources.DeepCopy(),
			Addresses: addresses(info), NodeInfo: systemInfo(info),
		},
	}, nil
}

func addresses(info engine.Info) []v1.NodeAddress {
	var list []v1.NodeAddress
	for _, address := range info.Addresses {
		list = append(list, v1.NodeAddress{Type: v1.NodeInternalIP, Address: address})
	}
	return append(list, v1.NodeAddress{Type: v1.NodeHostName, Address: info.Hostname})
}

func systemInfo(info engine.Info) v1.NodeSystemInfo {
	return v1.NodeSystemInfo{
		SystemUUID: info.ID, MachineID: info.ID,
		KernelVersion: info.Kernel, OSImage: info.OSName, OperatingSystem: info.OS, Architecture: goarch(info.Architecture),
		ContainerRuntimeVersion: "docker://" + info.Version,
	}
}

// goarch is an architecture in Go's words, which Kubernetes uses.
func goarch(kernel string) string {
	switch kernel {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	}
	return kernel
}

// Runtimes implements apiserver.Node.
func (n *Node) Runtimes(ctx context.Context) ([]string, error) {
	info, err := n.engine.Info(ctx)
	return slices.Clone(info.Runtimes), err
}
