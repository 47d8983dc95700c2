package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// What kubectl or docker has and minipod does not is answered by a line to type.
func TestFlagsOfOthers(t *testing.T) {
	for line, want := range map[string]string{
		"get pods --raw=/api":              "minipod serve answers kubectl: kubectl get --raw",
		"get pods --show-managed-fields":   "minipod get needs no --show-managed-fields: leave it out",
		"get pods --template={{.x}}":       "minipod get -o jsonpath=",
		"describe -f pod.yaml":             "minipod get and describe take KIND/NAME; ",
		"run web --image=nginx":            "echo '{apiVersion: v1, kind: Pod, metadata: {name: NAME}, spec: {containers: [{name: NAME, image: IMAGE}]}}' | minipod run -\n",
		"prune":                            "minipod rm --field-selector=status.phase!=Running,status.phase!=Pending removes the pods that have ended\n",
		"pod prune -f":                     "minipod rm --field-selector=status.phase!=Running,",
		"kube down pod.yaml":               "minipod rm -f FILE\n",
		"kube play pod.yaml":               "minipod run FILE\n",
		"kube generate web":                "minipod ps POD -o yaml\n",
		"generate kube web":                "minipod ps POD -o yaml\n",
		"docker-compose up":                "minipod run FILE makes the pods of manifests, ",
		"container export web":             "docker export CONTAINER does that, on the same engine; ",
		"service ls":                       "minipod get services\n",
		"rm --time 3 web":                  "minipod rm -t SECONDS gives",
		"exec -e FOO web env":              "minipod exec -e FOO=\"$FOO\" web COMMAND\n",
		"serve --port 6443":                "minipod serve --listen 127.0.0.1:PORT\n",
		"run -m 64m nginx":                 "spec.containers[].resources.limits of the manifest",
		"create --cap-add NET_ADMIN nginx": "spec.containers[].securityContext of the manifest",
		"run --ulimit nofile=1 nginx":      "no field of a pod does that: ",
		"apply -f pod.yaml -o name":        "run prints KIND/NAME and what was done",
		"apply --validate=false -f a.yaml": "manifests are always checked",
		"apply --field-manager=x -f a":     "minipod run needs no --field-manager: leave it out",
		"apply -f a.yaml --wait":           "run waits until pods are up: ",
		"create --raw /x":                  "minipod serve answers kubectl: kubectl create --raw",
		"create --edit -f a":               "minipod serve answers kubectl: kubectl create --edit",
		"logs --max-log-requests 9 web":    "minipod logs needs no --max-log-requests: leave it out",
		"exec --pod-running-timeout=1s a":  "minipod exec needs no --pod-running-timeout: leave it out",
		"top -w":                           "on a terminal top goes on until q",
		"rm -a":                            "minipod rm --all",
		"delete pod web --timeout=5s":      "minipod rm -t SECONDS gives",
		"delete pod web -o name":           "rm prints pod/NAME",
		"ps -l":                            "minipod ps -l app=web chooses by labels; ",
		"pod ls":                           "the commands have no pod in front: ",
	} {
		var errs bytes.Buffer
		code := execute(strings.Fields(line), streams{in: strings.NewReader(""), out: io.Discard, err: &errs})
		if code != exitUsage || !strings.Contains(errs.String(), "\nminipod: hint: "+want) {
			t.Errorf("%s: code %d, %s", line, code, errs.String())
		}
	}
}

// No flag of another program is answered where minipod has it.
func TestNoHintForOwnFlags(t *testing.T) {
	root := newRootCommand(streams{in: nil, out: io.Discard, err: io.Discard})
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	all := noField
	for _, flags := range containerFields() {
		all += " " + flags
	}
	for _, flag := range strings.Fields(all) {
		if own := run.Flags().Lookup(flag); own != nil || len(flag) == 1 && run.Flags().ShorthandLookup(flag) != nil {
			t.Errorf("run has %s", dashed(flag))
		}
	}
	if words := strings.Fields(all); len(slices.Compact(slices.Sorted(slices.Values(words)))) != len(words) {
		t.Error("a flag is answered twice")
	}
}

func TestNearest(t *testing.T) {
	root := newRootCommand(streams{in: nil, out: io.Discard, err: io.Discard})
	for word, want := range map[string]string{
		"ru": "run", "lgos": "logs", "strat": "start", "delte": "delete", "exe": "exec", "x": "", "zzzzzz": "", "restrat": "restart", "nope": "", "port": "port-forward",
	} {
		if got := nearestCommand(root, word); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"repalce": "replace", "publsih": "publish", "name": "namespace", "nothing-like-it": ""} {
		if got := nearestFlag(run, word); got != want {
			t.Errorf("nearest to --%s is %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ab", "", 2}, {"logs", "lgos", 1}, {"run", "ran", 1}, {"stop", "start", 3}, {"abc", "abcd", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
