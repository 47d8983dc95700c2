package translate

import (
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
)

// Login is what a registry may want to know of who pulls.
type Login = kube.Login

// Logins are what the pod's imagePullSecrets have for an image. A secret that
// is not there is passed over, as on a node.
func (b *Blueprint) Logins(image string, in Inputs) []Login {
	var secrets []*v1.Secret
	for _, ref := range b.Pod.Spec.ImagePullSecrets {
		if s := in.Secrets[ref.Name]; s != nil {
			secrets = append(secrets, s)
		}
	}
	if len(secrets) == 0 {
		return nil
	}
	return kube.Logins(secrets, image)
}
