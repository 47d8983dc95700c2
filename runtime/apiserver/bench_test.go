package apiserver_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/minipod/minipod/runtime/apiserver"
)

// BenchmarkGetPod is what 24 test processes that wait for pods ask for.
func BenchmarkGetPod(b *testing.B) {
	e := newEngine()
	server, err := apiserver.New(b.Context(), apiserver.Options{
		Pods: podEngine{e}, Streams: e, Objects: objectEngine{e}, Node: e, Usage: e, Token: token,
	})
	if err != nil {
		b.Fatal(err)
	}
	front := httptest.NewServer(server.Handler())
	defer front.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 24}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ask := func(method, path, body string) {
		request, err := http.NewRequest(method, front.URL+path, strings.NewReader(body))
		if err != nil {
			b.Error(err)
			return
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := client.Do(request)
		if err != nil {
			b.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	ask("POST", pods, podBody("web"))
	b.SetParallelism(12)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ask("GET", pods+"/web", "")
		}
	})
}
