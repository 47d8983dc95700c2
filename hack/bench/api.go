package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"
)

// api is one client of serve, with connections of its own.
type api struct {
	url, token string
	pool       *x509.CertPool
	client     *http.Client
}

func newAPI(kubeconfig string) (*api, error) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	var config clientcmd.Config
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("read %s: %w", kubeconfig, err)
	}
	if len(config.Clusters) == 0 || len(config.AuthInfos) == 0 {
		return nil, errors.New("the kubeconfig names no server")
	}
	cluster := config.Clusters[0].Cluster
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cluster.CertificateAuthorityData)
	return (&api{url: cluster.Server, token: config.AuthInfos[0].AuthInfo.Token, pool: pool}).another(), nil
}

// another is a client that shares no connection with this one, as one in
// another process.
func (a *api) another() *api {
	copied := *a
	copied.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: a.pool}, ForceAttemptHTTP2: true,
	}}
	return &copied
}

// do makes one request. Body and answer are JSON; nil is none.
func (a *api) do(ctx context.Context, method, path string, body, answer any) error {
	response, err := a.open(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer response.Close()
	if answer == nil {
		_, err = io.Copy(io.Discard, response)
	} else {
		err = json.NewDecoder(response).Decode(answer)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// open makes one request whose answer is read by the caller.
func (a *api) open(ctx context.Context, method, path string, body any) (io.ReadCloser, error) {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, &sent)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer response.Body.Close()
		said, _ := io.ReadAll(response.Body)
		return nil, &refusal{code: response.StatusCode, said: fmt.Sprintf("%s %s: %s", method, path, said)}
	}
	return response.Body, nil
}

// refusal is an answer that is an error.
type refusal struct {
	code int
	said string
}

func (r *refusal) Error() string { return r.said }

// refused tells whether an error is an answer with this code.
func refused(err error, code int) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == code
}
