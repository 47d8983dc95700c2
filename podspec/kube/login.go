package kube

import (
	"github.com/distribution/reference"
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/secrets"
)

// Login is what a registry may want to know of who pulls.
type Login struct {
	Username, Password           string
	Auth                         string
	ServerAddress                string
	IdentityToken, RegistryToken string
}

// Logins are those that secrets have for an image, the closest match first, as the kubelet finds them. A secret that is
// of another type, or cannot be read, has none.
func Logins(pullSecrets []*v1.Secret, image string) []Login {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return nil
	}
	var all []Login
	for _, s := range pullSecrets {
		keyring, err := secrets.MakeDockerKeyring([]v1.Secret{*s}, &credentialprovider.BasicDockerKeyring{})
		if err != nil {
			continue
		}
		found, _ := keyring.Lookup(named.Name())
		for _, f := range found {
			all = append(all, Login{
				Username: f.Username, Password: f.Password, Auth: f.Auth, ServerAddress: f.ServerAddress,
				IdentityToken: f.IdentityToken, RegistryToken: f.RegistryToken,
			})
		}
	}
	return all
}
