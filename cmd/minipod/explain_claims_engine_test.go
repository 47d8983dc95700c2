package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/podspec"
)

// claims are two claims and a pod that uses one of them before the pod that is
// explained does.
const claims = `
apiVersion: v1
kind: Pod
metadata: {name: before}
spec:
  restartPolicy: Never
  containers:
  - {name: a, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "echo >/used/f; chmod 600 /used/f; chmod ROOT /used; chgrp GROUP /used"],
     volumeMounts: [{name: c, mountPath: /used}]}
  volumes: [{name: c, persistentVolumeClaim: {claimName: used}}]
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: used}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: fresh}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
`

const claimant = `
apiVersion: v1
kind: Pod
metadata: {name: claimant}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {SECURITY}
  containers:
  - {name: a, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, "1000"],
     volumeMounts: [{name: u, mountPath: /used}, {name: f, mountPath: /fresh}, {name: e, mountPath: /e}]}
  volumes:
  - {name: u, persistentVolumeClaim: {claimName: used}}
  - {name: f, persistentVolumeClaim: {claimName: fresh}}
  - {name: e, emptyDir: {}}
`

// What becomes of the volumes of claims, new ones and older ones, is the same
// whoever makes the pod.
func TestExplainPreparesClaimsTheSameWay(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	for _, c := range []struct{ name, security, mode, group, want string }{
		{"no group", "", "0755", "0", "755 0\n600 0\n777 0\n"},
		{"always", "fsGroup: 2000", "0755", "0", "2775 2000\n660 2000\n2777 2000\n"},
		{"mismatch", "fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch", "2770", "0", "2770 2000\n660 2000\n2777 2000\n"},
		{"no mismatch", "fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch", "2770", "2000", "2770 2000\n600 0\n2777 2000\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &bothWays{T: t, e: e, ns: e.namespace(t, "claims")}
			p.flags = []string{"-n", p.ns}
			before := p.manifest("before.yaml", strings.NewReplacer("ROOT", c.mode, "GROUP", c.group).Replace(claims))
			p.file = p.manifest("claimant.yaml", strings.ReplaceAll(claimant, "SECURITY", c.security))
			for name, create := range map[string]func(){
				"run":    func() { p.minipod("run", "-n", p.ns, p.file) },
				"script": p.script, "program": p.program,
			} {
				p.prepareClaims(before)
				create()
				got := p.minipod("exec", "-n", p.ns, "claimant", "--", "stat", "-c", "%a %g", "/used", "/used/f", "/fresh")
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: modes and groups (-want +got):\n%s", name, diff)
				}
				p.minipod("rm", "--now", "--volumes", "-n", p.ns, "-f", p.file, "-f", before)
			}
		})
	}
}

func (p *bothWays) manifest(name, text string) string {
	p.Helper()
	file := filepath.Join(p.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
	return file
}

// prepareClaims makes the claims and runs the pod that uses one of them to its
// end.
func (p *bothWays) prepareClaims(file string) {
	p.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		p.Fatal(err)
	}
	objects, err := podspec.Parse(file, data)
	if err != nil {
		p.Fatal(err)
	}
	p.pod = objects[0].Pod()
	p.minipod("run", "-n", p.ns, file)
	p.awaitEnd()
}
