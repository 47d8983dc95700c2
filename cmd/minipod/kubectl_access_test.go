package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"
)

// testAccess asks as those do who are not to be let in.
func testAccess(t *testing.T, k *cluster) {
	t.Parallel()
	if info, err := os.Stat(k.kubeconfig); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the kubeconfig: %v, %v", info.Mode(), err)
	}
	client, url, token := k.client(t)
	for _, c := range []struct {
		name   string
		header http.Header
		host   string
		code   int
		reason metav1.StatusReason
	}{
		{"no token", http.Header{}, "", 401, metav1.StatusReasonUnauthorized},
		{"wrong token", http.Header{"Authorization": {"Bearer " + token + "x"}}, "", 401, metav1.StatusReasonUnauthorized},
		{"password", http.Header{"Authorization": {"Basic " + token}}, "", 401, metav1.StatusReasonUnauthorized},
		{"another host", http.Header{"Authorization": {"Bearer " + token}}, "rebound.example", 403, metav1.StatusReasonForbidden},
		{"token", http.Header{"Authorization": {"Bearer " + token}}, "", 200, ""},
		{"token and localhost", http.Header{"Authorization": {"Bearer " + token}}, "localhost:1", 200, ""},
		{"a web page", http.Header{"Origin": {"https://page.example"}}, "", 401, metav1.StatusReasonUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, path := range []string{"/api/v1/pods", "/version", "/openapi/v3", "/nowhere"} {
				status, code, header := ask(t, client, url+path, c.host, c.header)
				if path == "/nowhere" && c.code == 200 {
					continue
				}
				if code != c.code || c.code != 200 && (status.Kind != "Status" || status.Reason != c.reason || status.Code != int32(c.code)) {
					t.Errorf("%s: %d, %+v", path, code, status)
				}
				for name := range header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s: a page's script may read it: %s", path, name)
					}
				}
			}
		})
	}
	text := k.fails(t, "--token=wrong", "get", "pods")
	if !strings.Contains(text, "You must be logged in to the server") {
		t.Errorf("kubectl with a wrong token says: %s", text)
	}
}

// ask sends a GET; the answer is read as a Status.
func ask(t *testing.T, client *http.Client, url, host string, header http.Header) (status metav1.Status, code int, got http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header, request.Host = header, host
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &status); err != nil {
		t.Errorf("%s is no JSON: %s", url, body)
	}
	return status, response.StatusCode, response.Header
}

// client reaches the server as the kubeconfig says.
func (s *served) client(t *testing.T) (client *http.Client, url, token string) {
	t.Helper()
	data, err := os.ReadFile(s.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	var config clientcmd.Config
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	server := config.Clusters[0].Cluster
	pool := x509.NewCertPool()
	if strings.HasPrefix(server.Server, "https:") && !pool.AppendCertsFromPEM(server.CertificateAuthorityData) {
		t.Fatal("the kubeconfig has no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, server.Server, config.AuthInfos[0].AuthInfo.Token
}
