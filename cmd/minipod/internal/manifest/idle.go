package manifest

import (
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
)

// Idle are the fields that the manifests write and that mean nothing here.
func (r *Reading) Idle() podspec.Problems {
	var list podspec.Problems
	for _, m := range r.Pods {
		var own podspec.Problems
		for _, n := range m.Blueprint.Idle() {
			if m.Written(n.Field) {
				own = append(own, m.Problem(n.Field, n.Message+": left out"))
			}
		}
		inOrder(own)
		for _, p := range own {
			list = once(list, p)
		}
	}
	for _, m := range r.Objects {
		for _, n := range idleOf(m.Object) {
			if m.Written(n.Field) {
				list = once(list, m.Problem(n.Field, n.Message))
			}
		}
	}
	return list
}

// idleOf is what an object of a kind that is kept says in vain.
func idleOf(o *podspec.Object) []podspec.Problem {
	switch object := o.Object.(type) {
	case *v1.Service:
		if object.Spec.ClusterIP == v1.ClusterIPNone || object.Spec.Type == v1.ServiceTypeExternalName {
			return []podspec.Problem{{Field: "kind", Message: "nothing answers at its name"}}
		}
		return []podspec.Problem{{Field: "kind", Message: "nothing answers at its address or name: pods find it in their environment, and no more"}}
	case *v1.PersistentVolumeClaim:
		var list []podspec.Problem
		for _, field := range []string{"storageClassName", "volumeName", "selector", "dataSource", "dataSourceRef"} {
			list = append(list, podspec.Problem{
				Field: "spec." + field, Message: "every claim is a volume of the engine: left out",
			})
		}
		return list
	}
	return nil
}
