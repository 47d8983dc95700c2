package apiserver

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"
)

// Access is what a client needs to reach a server.
type Access struct {
	URL   string // such as https://127.0.0.1:6443
	CA    []byte // PEM; empty for plain HTTP
	Token string
}

// Kubeconfig is the access as a kubeconfig file, with everything in it.
func Kubeconfig(access Access) ([]byte, error) {
	const name = "minipod"
	config := clientcmd.Config{
		Kind: "Config", APIVersion: "v1", CurrentContext: name,
		Clusters: []clientcmd.NamedCluster{{Name: name, Cluster: clientcmd.Cluster{
			Server: access.URL, CertificateAuthorityData: access.CA,
		}}},
		AuthInfos: []clientcmd.NamedAuthInfo{{Name: name, AuthInfo: clientcmd.AuthInfo{Token: access.Token}}},
		Contexts: []clientcmd.NamedContext{{Name: name, Context: clientcmd.Context{
			Cluster: name, AuthInfo: name, Namespace: "default",
		}}},
	}
	data, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encode the kubeconfig: %w", err)
	}
	text, err := yaml.JSONToYAML(data)
	if err != nil {
		return nil, fmt.Errorf("encode the kubeconfig: %w", err)
	}
	return text, nil
}

// WriteKubeconfig writes the kubeconfig so that only its owner can read it, and
// whole: a client that reads at the same moment gets the old file or the new one.
func WriteKubeconfig(path string, access Access) error {
	text, err := Kubeconfig(access)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".kubeconfig-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	defer os.Remove(file.Name()) // fails once it is renamed, as it should
	_, err = file.Write(text)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	return nil
}
