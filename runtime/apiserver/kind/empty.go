package kind

// emptyCore and emptyGroups are kinds that minipod has no use for. Clients list
// them on their way (kubectl get all, describe, the surroundings of Kubernetes'
// tests) and are told the truth: there are none, and none can be made.
func emptyCore() []*Kind {
	return []*Kind{
		empty(spec("", "v1", "ComponentStatus", "componentstatuses", "cs")),
		empty(namespaced(spec("", "v1", "Endpoints", "endpoints", "ep"))),
		empty(namespaced(spec("", "v1", "LimitRange", "limitranges", "limits"))),
		empty(spec("", "v1", "PersistentVolume", "persistentvolumes", "pv")),
		inCategory("all", empty(namespaced(spec("", "v1", "ReplicationController", "replicationcontrollers", "rc")))),
		empty(namespaced(spec("", "v1", "ResourceQuota", "resourcequotas", "quota"))),
	}
}

func emptyGroups() []*Kind {
	const net, storage = "networking.k8s.io", "storage.k8s.io"
	all := func(k *Kind) *Kind { return inCategory("all", empty(namespaced(k))) }
	return []*Kind{
		empty(namespaced(spec("apps", "v1", "ControllerRevision", "controllerrevisions"))),
		all(spec("apps", "v1", "DaemonSet", "daemonsets", "ds")),
		all(spec("apps", "v1", "Deployment", "deployments", "deploy")),
		all(spec("apps", "v1", "ReplicaSet", "replicasets", "rs")),
		all(spec("apps", "v1", "StatefulSet", "statefulsets", "sts")),
		all(spec("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa")),
		all(spec("batch", "v1", "CronJob", "cronjobs", "cj")),
		all(spec("batch", "v1", "Job", "jobs")),
		empty(namespaced(spec("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"))),
		empty(namespaced(spec(net, "v1", "Ingress", "ingresses", "ing"))),
		empty(spec(net, "v1", "IngressClass", "ingressclasses")),
		empty(namespaced(spec(net, "v1", "NetworkPolicy", "networkpolicies", "netpol"))),
		empty(namespaced(spec("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb"))),
		empty(spec(storage, "v1", "CSIDriver", "csidrivers")),
		empty(spec(storage, "v1", "CSINode", "csinodes")),
		empty(namespaced(spec(storage, "v1", "CSIStorageCapacity", "csistoragecapacities"))),
		empty(spec(storage, "v1", "StorageClass", "storageclasses", "sc")),
		empty(spec(storage, "v1", "VolumeAttachment", "volumeattachments")),
	}
}
