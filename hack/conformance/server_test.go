package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
)

// asServer makes the test's own program behave as `minipod serve` does: "ready" or "broken".
const asServer = "CONFORMANCE_TEST_SERVER"

func TestMain(m *testing.M) {
	switch os.Getenv(asServer) {
	case "":
		os.Exit(m.Run())
	case "ready":
		if err := serve(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "no engine answers")
		os.Exit(1)
	}
}

// serve answers for the version alone, as args say, until it is interrupted.
func serve(args []string) error {
	if len(args) != 3 || args[0] != "serve" {
		return fmt.Errorf("unexpected arguments %q", args)
	}
	address := strings.TrimPrefix(args[1], "--http=")
	config := fmt.Sprintf(`{"clusters":[{"name":"a","cluster":{"server":"http://%s"}}],
		"contexts":[{"name":"a","context":{"cluster":"a"}}],"current-context":"a"}`, address)
	if err := os.WriteFile(strings.TrimPrefix(args[2], "--write-kubeconfig="), []byte(config), 0o600); err != nil {
		return err
	}
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	server := http.Server{Addr: address, Handler: mux}
	go func() {
		<-interrupted.Done()
		server.Close()
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	fmt.Println("interrupted")
	return nil
}

// builtPlace is the place where the real kubectl is, which the first test ever builds.
func builtPlace(t *testing.T) place {
	t.Helper()
	versions, err := readVersions(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	place, err := newPlace(".", versions)
	if err != nil {
		t.Fatal(err)
	}
	if err := place.build(t.Context(), "kubectl"); err != nil {
		t.Fatal(err)
	}
	return place
}

func TestServerIsReadyThenStops(t *testing.T) {
	t.Setenv(asServer, "ready")
	folder := t.TempDir()
	server, err := startServer(t.Context(), builtPlace(t), os.Args[0], folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.kubectl(t.Context(), "get", "--raw", "/version"); err != nil {
		t.Errorf("kubectl does not reach the server: %v", err)
	}
	if memory, err := server.memory(); err != nil || !strings.Contains(memory, "kB at the end") {
		t.Errorf("memory %q (%v)", memory, err)
	}
	if err := server.stop(); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(folder, "serve.log"))
	if err != nil || string(log) != "interrupted\n" {
		t.Errorf("the log is %q (%v): the server was not ended by SIGINT", log, err)
	}
	if memory, err := server.memory(); err == nil {
		t.Errorf("memory of an ended server: %q", memory)
	}
}

func TestServerThatEndsAtOnce(t *testing.T) {
	t.Setenv(asServer, "broken")
	_, err := startServer(t.Context(), builtPlace(t), os.Args[0], t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "exit status 1") || !strings.Contains(err.Error(), "serve.log") {
		t.Errorf("error %v, want one with the exit status and the log's name", err)
	}
}
