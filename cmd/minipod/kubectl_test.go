package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/minipod/minipod/runtime/translate"
)

// TestKubectl runs testdata/kubectl with Kubernetes' own kubectl on one
// minipod serve and the real engine. Each script has a namespace of its own,
// which is kubectl's default and in $NS; what it leaves there fails it.
func TestKubectl(t *testing.T) {
	k := newCluster(t)
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join(k.root, "testdata", "kubectl"),
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			limitScript(env)
			name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			ns, config := k.namespace(env.T().(testing.TB), name, env.WorkDir)
			env.Setenv("NS", ns)
			env.Setenv("KUBECONFIG", config)
			env.Setenv("KUBECACHEDIR", k.cache)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("PODS", filepath.Join(k.root, "testdata", "pods"))
			env.Setenv("DOCKER_HOST", k.address)
			env.Setenv(parentFile, os.Getenv(parentFile))
			env.Setenv(envNoSupervise, os.Getenv(envNoSupervise))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"manifest": manifestCmd,
			"port":     portCmd,
			"get":      getCmd,
			"until":    untilCmd,
			"exits":    exitsCmd,
		},
	})
	t.Run("terminal", func(t *testing.T) { testTerminals(t, k) })
	t.Run("access", func(t *testing.T) { testAccess(t, k) })
}

// cluster is a minipod serve on the real engine, and kubectl beside it.
type cluster struct {
	*testEngine
	*served
	root  string // of the checkout
	cache string // what kubectl knows of the server
}

// newCluster builds kubectl where it is missing, which takes some minutes
// once, puts it first in PATH, and starts minipod serve.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	e := newTestEngine(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", kubectlFolder(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	return &cluster{testEngine: e, served: startServe(t, e), root: root, cache: t.TempDir()}
}

// kubectlFolder is a folder that holds kubectl and nothing else.
func kubectlFolder(t *testing.T) string {
	t.Helper()
	build := exec.Command(filepath.Join("..", "..", "hack", "conformance", "kubectl"))
	var stderr bytes.Buffer
	build.Stderr = &stderr
	path, err := build.Output()
	if err != nil {
		t.Fatalf("build kubectl: %v\n%s", err, &stderr)
	}
	bin := t.TempDir()
	if err := os.Symlink(strings.TrimSpace(string(path)), filepath.Join(bin, "kubectl")); err != nil {
		t.Fatal(err)
	}
	return bin
}

// namespace makes a namespace, and in a folder a kubeconfig of which it is
// the default. When the test ends it is deleted.
func (k *cluster) namespace(t testing.TB, name, folder string) (ns, config string) {
	t.Helper()
	ns = k.testEngine.namespace(t, "k-"+name)
	config = filepath.Join(folder, "kubeconfig")
	data, err := os.ReadFile(k.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, bytes.Replace(data, []byte("namespace: default"), []byte("namespace: "+ns), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	k.must(t, "create", "namespace", ns)
	t.Cleanup(func() { k.deleteNamespace(t, ns) })
	return ns, config
}

// deleteNamespace deletes a namespace, without grace for what is left in it,
// and wants nothing of it to be left in the engine.
func (k *cluster) deleteNamespace(t testing.TB, ns string) {
	t.Helper()
	k.must(t, "delete", "pods", "--all", "--namespace="+ns, "--grace-period=0", "--force", "--wait=false")
	k.must(t, "delete", "namespace", ns, "--wait", "--timeout=60s")
	k.swept(t, ns)
	if left := k.objects(t, ns); len(left) > 0 {
		t.Errorf("objects left over in namespace %s: %v", ns, left)
	}
}

// swept waits until nothing is left of the pods of a namespace: the API has a pod
// no more when its containers have ended, and they are removed after that.
func (k *cluster) swept(t testing.TB, ns string) {
	t.Helper()
	for end := time.Now().Add(testTime / 4); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		left, err := k.left(ns)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
	}
}

// objects names the volumes that are the objects of a namespace, and the
// namespace itself.
func (k *cluster) objects(t testing.TB, ns string) []string {
	t.Helper()
	list, err := k.VolumeList(context.Background(), volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", translate.LabelObject))})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range list.Volumes {
		self := v.Labels[translate.LabelObject] == "namespaces" && v.Labels[translate.LabelObjectName] == ns
		if self || v.Labels[translate.LabelObjectNamespace] == ns {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}

// kubectl is a kubectl that talks to a server, for as long as a test may wait.
func (s *served) kubectl(t testing.TB, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "kubectl", args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.kubeconfig, "HOME="+filepath.Dir(s.kubeconfig))
	return cmd
}

// must runs a kubectl that is to succeed, and returns its stdout.
func (s *served) must(t testing.TB, args ...string) string {
	t.Helper()
	cmd := s.kubectl(t, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("kubectl %s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// fails runs a kubectl that is to fail, and returns its stderr.
func (s *served) fails(t testing.TB, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := s.kubectl(t, args...)
	cmd.Stderr = &stderr
	if out, err := cmd.Output(); err == nil {
		t.Errorf("kubectl %s did not fail: %s", strings.Join(args, " "), out)
	}
	return fmt.Sprint(&stderr)
}
