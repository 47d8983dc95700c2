package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asServer makes the test's own program behave as `minipod serve` does, "ready" or "broken", or as
// the "parent" of such a one.
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
	case "parent":
		if err := beParent(context.Background()); err != nil {
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

// beParent starts a server in a folder, says so and waits to be killed.
func beParent(ctx context.Context) error {
	if err := os.Setenv(asServer, "ready"); err != nil {
		return err
	}
	place, err := build(ctx)
	if err != nil {
		return err
	}
	server, err := startServer(ctx, place, os.Args[0], os.Args[1])
	if err != nil {
		return err
	}
	fmt.Println(server.cmd.Args[2])
	return <-server.ended
}

// build is the place where the real kubectl is, which the first test ever builds.
func build(ctx context.Context) (place, error) {
	versions, err := readVersions(ctx, ".")
	if err != nil {
		return place{}, err
	}
	made, err := newPlace(".", versions)
	if err != nil {
		return place{}, err
	}
	return made, made.build(ctx, "kubectl")
}

func builtPlace(t *testing.T) place {
	t.Helper()
	place, err := build(t.Context())
	if err != nil {
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

func TestServerDiesWithItsParent(t *testing.T) {
	t.Setenv(asServer, "parent")
	builtPlace(t)
	parent := exec.CommandContext(t.Context(), os.Args[0], t.TempDir())
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the parent started no server: %v", err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	address := strings.TrimPrefix(strings.TrimSpace(line), "--http=")
	for end := time.Now().Add(time.Second); answers(address); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server still answers a second after its parent was killed")
		}
	}
}

// answers reports whether anybody listens at an address.
func answers(address string) bool {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}
