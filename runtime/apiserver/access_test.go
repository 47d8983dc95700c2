package apiserver_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"

	"github.com/minipod/minipod/runtime/apiserver"
)

// TestKubeconfigReachesTheServer: what the file says is enough, and no less will do.
func TestKubeconfigReachesTheServer(t *testing.T) {
	e := newEngine()
	identity, err := apiserver.TLS(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	secret := apiserver.NewToken()
	server, err := apiserver.New(t.Context(), apiserver.Options{
		Pods: podEngine{e}, Streams: e, Objects: objectEngine{e}, Node: e, Usage: e, Token: secret, CA: identity.CA,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := &http.Server{Handler: server.Handler(), TLSConfig: identity.TLS, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan error, 1)
	go func() { done <- front.ServeTLS(listener, "", "") }()
	defer func() {
		front.Close()
		<-done
	}()

	path := filepath.Join(t.TempDir(), "state", "kubeconfig")
	if err := apiserver.WriteKubeconfig(path, apiserver.Access{URL: "https://" + listener.Addr().String(), CA: identity.CA, Token: secret}); err != nil {
		t.Fatal(err)
	}
	config := readKubeconfig(t, path)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(config.Clusters[0].Cluster.CertificateAuthorityData) {
		t.Fatal("no certificate in the kubeconfig")
	}
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequest("GET", config.Clusters[0].Cluster.Server+"/version", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+config.AuthInfos[0].AuthInfo.Token)
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 || !strings.Contains(string(data), "v1.37") {
		t.Errorf("%d %s %v", response.StatusCode, data, err)
	}
	if response.ProtoMajor != 2 {
		t.Errorf("spoken: %s; many watches want one connection", response.Proto)
	}
	var notTrusted *tls.CertificateVerificationError
	if _, err := http.Get(config.Clusters[0].Cluster.Server + "/version"); !errors.As(err, &notTrusted) {
		t.Errorf("a client without the CA got %v", err)
	}
}

func readKubeconfig(t *testing.T, path string) clientcmd.Config {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var config clientcmd.Config
	if err := yaml.UnmarshalStrict(text, &config); err != nil {
		t.Fatal(err)
	}
	if config.CurrentContext != config.Contexts[0].Name {
		t.Errorf("current context %q", config.CurrentContext)
	}
	return config
}

func TestKubeconfigIsReplacedWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kubeconfig")
	for _, token := range []string{"first", "second"} {
		if err := apiserver.WriteKubeconfig(path, apiserver.Access{URL: "http://127.0.0.1:1", Token: token}); err != nil {
			t.Fatal(err)
		}
		if got := readKubeconfig(t, path).AuthInfos[0].AuthInfo.Token; got != token {
			t.Errorf("token %q", got)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

// What a user has written stays: it holds the ways to other clusters.
func TestKubeconfigOfOthersStays(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, words string }{
		"another cluster": {"clusters: [{name: prod, cluster: {server: https://prod.test}}]\n", "holds the cluster prod"},
		"another user":    {"users: [{name: me, user: {token: mine}}]\n", "holds the user me"},
		"text":            {"notes\n", "holds what is no kubeconfig"},
		"other YAML":      {"kind: Pod\n", "holds what is no kubeconfig"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			err := apiserver.WriteKubeconfig(path, apiserver.Access{URL: "http://127.0.0.1:1", Token: "t"})
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want %q", err, c.words)
			}
			if left, err := os.ReadFile(path); err != nil || string(left) != c.text {
				t.Errorf("left is %q, %v", left, err)
			}
		})
	}
	if err := apiserver.WriteKubeconfig(dir, apiserver.Access{}); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// A link stays one, to the file that is replaced.
func TestKubeconfigThroughALink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "kubeconfig"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	if err := apiserver.WriteKubeconfig(link, apiserver.Access{URL: "http://127.0.0.1:1", Token: "through"}); err != nil {
		t.Fatal(err)
	}
	if got := readKubeconfig(t, path).AuthInfos[0].AuthInfo.Token; got != "through" {
		t.Errorf("token %q", got)
	}
}
