package kind

import (
	coordinationv1 "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

// Resources of the store that the server itself deals with.
const (
	Pods            = "pods"
	ConfigMaps      = "configmaps"
	Secrets         = "secrets"
	Namespaces      = "namespaces"
	Nodes           = "nodes"
	Services        = "services"
	Events          = "events"
	ServiceAccounts = "serviceaccounts"
	Leases          = "leases.coordination.k8s.io"
	RuntimeClasses  = "runtimeclasses.node.k8s.io"
	PriorityClasses = "priorityclasses.scheduling.k8s.io"
)

// New returns all kinds that are served.
func New() *Set {
	var all []*Kind
	for _, kinds := range [][]*Kind{core(), groups(), devices(), emptyCore(), emptyGroups()} {
		all = append(all, kinds...)
	}
	return &Set{kinds: all}
}

func core() []*Kind {
	return []*Kind{
		pods(),
		hooked(stored[v1.ConfigMap](namespaced(spec("", "v1", "ConfigMap", "configmaps", "cm")), configMapRules()), Hooks{Columns: table.ConfigMaps()}),
		hooked(withFields(stored[v1.Secret](namespaced(spec("", "v1", "Secret", "secrets")), secretRules()), secretFields), Hooks{Columns: table.Secrets()}),
		hooked(withStatus(stored[v1.PersistentVolumeClaim](namespaced(spec("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc")), claimRules()),
			func(o store.Object) any { return &o.(*v1.PersistentVolumeClaim).Status }), claimHooks()),
		namespaces(),
		stored[v1.ServiceAccount](namespaced(spec("", "v1", "ServiceAccount", "serviceaccounts", "sa")), serviceAccountRules()),
		hooked(withFields(stored[v1.Event](namespaced(spec("", "v1", "Event", "events", "ev")), eventRules()), eventFields),
			Hooks{Columns: table.Events(), Kept: Nowhere, Admit: admitAsIs}),
		nodes(),
		services(),
		templates(),
	}
}

func groups() []*Kind {
	return []*Kind{
		hooked(stored[coordinationv1.Lease](namespaced(spec("coordination.k8s.io", "v1", "Lease", "leases")), leaseRules()),
			Hooks{Columns: table.Leases(), Kept: Nowhere}),
		hooked(stored[nodev1.RuntimeClass](spec("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses"), runtimeClassRules()),
			Hooks{Columns: table.RuntimeClasses()}),
		hooked(stored[schedulingv1.PriorityClass](spec("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc"), priorityClassRules()),
			Hooks{Columns: table.PriorityClasses()}),
	}
}

// devices are the kinds of dynamic resource allocation. They are stored and no more.
func devices() []*Kind {
	const group = "resource.k8s.io"
	all := []*Kind{
		withSpec(stored[resourcev1.DeviceClass](spec(group, "v1", "DeviceClass", "deviceclasses"), plainRules(clusterWide)),
			func(o store.Object) any { return &o.(*resourcev1.DeviceClass).Spec }),
		withStatus(withSpec(stored[resourcev1.DeviceTaintRule](spec(group, "v1", "DeviceTaintRule", "devicetaintrules"), plainRules(clusterWide)),
			func(o store.Object) any { return &o.(*resourcev1.DeviceTaintRule).Spec }),
			func(o store.Object) any { return &o.(*resourcev1.DeviceTaintRule).Status }),
		hooked(withStatus(stored[resourcev1.ResourceClaim](namespaced(spec(group, "v1", "ResourceClaim", "resourceclaims")), plainRules(inNamespace)),
			func(o store.Object) any { return &o.(*resourcev1.ResourceClaim).Status }), Hooks{Columns: table.ResourceClaims()}),
		stored[resourcev1.ResourceClaimTemplate](namespaced(spec(group, "v1", "ResourceClaimTemplate", "resourceclaimtemplates")), plainRules(inNamespace)),
		hooked(withFields(withSpec(stored[resourcev1.ResourceSlice](spec(group, "v1", "ResourceSlice", "resourceslices"), plainRules(clusterWide)),
			func(o store.Object) any { return &o.(*resourcev1.ResourceSlice).Spec }), sliceFields), Hooks{Columns: table.ResourceSlices()}),
	}
	for _, k := range all {
		k.MergesApply = true
	}
	return all
}

func pods() *Kind {
	k := withFields(stored[v1.Pod](namespaced(spec("", "v1", "Pod", "pods", "po")), podRules()), podFields)
	k.Categories, k.Hooks = []string{"all"}, podHooks()
	withSpec(k, func(o store.Object) any { return &o.(*v1.Pod).Spec })
	withStatus(k, func(o store.Object) any { return &o.(*v1.Pod).Status })
	edit := []string{"get", "patch", "update"}
	stream := []string{"create", "get"}
	k.Subresources = append(k.Subresources,
		Subresource{Name: "attach", Verbs: stream, Kind: "PodAttachOptions"},
		Subresource{Name: "binding"},
		Subresource{Name: "ephemeralcontainers", Verbs: edit},
		Subresource{Name: "eviction", Verbs: []string{"create"}, Group: "policy", Version: "v1", Kind: "Eviction"},
		Subresource{Name: "exec", Verbs: stream, Kind: "PodExecOptions"},
		Subresource{Name: "log", Verbs: []string{"get"}},
		Subresource{Name: "portforward", Verbs: stream, Kind: "PodPortForwardOptions"},
		Subresource{Name: "proxy", Verbs: []string{"create", "delete", "get", "patch", "update"}, Kind: "PodProxyOptions"},
		Subresource{Name: "resize", Verbs: edit},
	)
	return k
}

func namespaces() *Kind {
	k := withFields(stored[v1.Namespace](spec("", "v1", "Namespace", "namespaces", "ns"), namespaceRules()), namespaceFields)
	k.Subresources = append(k.Subresources, Subresource{Name: "finalize", Verbs: []string{"update"}})
	k.Verbs, k.Hooks = without(k.Verbs, "deletecollection"), namespaceHooks()
	return withStatus(k, func(o store.Object) any { return &o.(*v1.Namespace).Status })
}

func nodes() *Kind {
	k := withFields(stored[v1.Node](spec("", "v1", "Node", "nodes", "no"), plainRules(clusterWide)), nodeFields)
	return hooked(withStatus(k, func(o store.Object) any { return &o.(*v1.Node).Status }), nodeHooks())
}

func services() *Kind {
	k := withFields(stored[v1.Service](namespaced(spec("", "v1", "Service", "services", "svc")), serviceRules()), serviceFields)
	k.Categories, k.Hooks = []string{"all"}, serviceHooks()
	return withStatus(k, func(o store.Object) any { return &o.(*v1.Service).Status })
}

func templates() *Kind {
	k := stored[v1.PodTemplate](namespaced(spec("", "v1", "PodTemplate", "podtemplates")), templateRules())
	return hooked(withSpec(k, func(o store.Object) any { return &o.(*v1.PodTemplate).Template }), Hooks{Columns: table.PodTemplates()})
}
