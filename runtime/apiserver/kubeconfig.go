package apiserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"
)

// configName is the name of everything in the kubeconfigs that are written here.
const configName = "minipod"

// Access is what a client needs to reach a server.
type Access struct {
	URL   string // such as https://127.0.0.1:6443
	CA    []byte // PEM; empty for plain HTTP
	Token string
}

// Kubeconfig is the access as a kubeconfig file, with everything in it.
func Kubeconfig(access Access) ([]byte, error) {
	config := clientcmd.Config{
		Kind: "Config", APIVersion: "v1", CurrentContext: configName,
		Clusters: []clientcmd.NamedCluster{{Name: configName, Cluster: clientcmd.Cluster{
			Server: access.URL, CertificateAuthorityData: access.CA,
		}}},
		AuthInfos: []clientcmd.NamedAuthInfo{{Name: configName, AuthInfo: clientcmd.AuthInfo{Token: access.Token}}},
		Contexts: []clientcmd.NamedContext{{Name: configName, Context: clientcmd.Context{
			Cluster: configName, AuthInfo: configName, Namespace: "default",
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
// A file that is not such a kubeconfig is left as it is: a *ForeignFileError.
func WriteKubeconfig(path string, access Access) error {
	text, err := Kubeconfig(access)
	if err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := own(path); err != nil {
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

// ForeignFileError says that a file has not been written by WriteKubeconfig.
type ForeignFileError struct{ Path, Holds string }

func (e *ForeignFileError) Error() string {
	return fmt.Sprintf("write the kubeconfig: %s holds %s, which would be lost", e.Path, e.Holds)
}

// Hint says how both files are used.
func (e *ForeignFileError) Hint() string {
	return "name another file; `export KUBECONFIG=FILE:OTHER` has kubectl read both"
}

// own reports a file that is there and no kubeconfig of minipod's own.
func own(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("write the kubeconfig: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("write the kubeconfig: %s is no regular file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	if holds := foreign(text); holds != "" {
		return &ForeignFileError{Path: path, Holds: holds}
	}
	return nil
}

// foreign is what a file holds that is not minipod's; an empty file holds nothing.
func foreign(text []byte) string {
	var config clientcmd.Config
	err := yaml.Unmarshal(text, &config)
	if other := others(config); other != "" {
		return other
	}
	if err != nil || len(bytes.TrimSpace(text)) > 0 && config.Kind != "Config" {
		return "what is no kubeconfig"
	}
	return ""
}

// others is the first of what a kubeconfig holds that is not minipod's.
func others(config clientcmd.Config) string {
	for _, c := range config.Clusters {
		if c.Name != configName {
			return "the cluster " + c.Name
		}
	}
	for _, c := range config.Contexts {
		if c.Name != configName {
			return "the context " + c.Name
		}
	}
	for _, u := range config.AuthInfos {
		if u.Name != configName {
			return "the user " + u.Name
		}
	}
	return ""
}
