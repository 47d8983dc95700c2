package translate

import (
	"encoding/json"
	"testing"
)

// FuzzDecode: whatever labels say, they are a pod that can be translated or
// an error, and what was translated is read back as it was.
func FuzzDecode(f *testing.F) {
	const identity = `"io.kubernetes.pod.name":"p","io.kubernetes.pod.namespace":"default","io.kubernetes.pod.uid":"u"`
	pods := []string{
		`{"metadata":{"name":"p","namespace":"default","uid":"u"},"spec":{"containers":[{"name":"c","image":"i"}]}}`,
		`{"metadata":{"name":"p","namespace":"default","uid":"u"},"spec":{"volumes":[{"name":"v"},{"name":"w","emptyDir":{"medium":"Memory","sizeLimit":"-1"}}],` +
			`"containers":[{"name":"c","volumeMounts":[{"name":"none","mountPath":""}],"env":[{"name":"A","valueFrom":{}}],"ports":[{"hostPort":-1}],"resources":{"limits":{"cpu":"1e99"}}}]}}`,
		`{"metadata":{"name":"p","namespace":"default","uid":"u"},"spec":{"terminationGracePeriodSeconds":-9223372036854775808,"initContainers":[{}],"ephemeralContainers":[{}]}}`,
		`null`, `{}`, `[]`, ``,
	}
	for _, pod := range pods {
		quoted, err := json.Marshal(pod)
		if err != nil {
			f.Fatal(err)
		}
		for _, numbers := range []string{`"1"`, `"-1"`, `"9223372036854775807"`, `"x"`} {
			f.Add([]byte(`{` + identity + `,"dev.minipod.manifest":` + string(quoted) + `,"dev.minipod.options":"{}","dev.minipod.revision":` + numbers +
				`,"dev.minipod.attempt":` + numbers + `,"dev.minipod.backoff":` + numbers + `,"dev.minipod.start":` + numbers + `}`))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var labels map[string]string
		if json.Unmarshal(data, &labels) != nil {
			return
		}
		for _, n := range []int{AttemptOf(labels), BackoffOf(labels), StartNumber(labels), RevisionOf(labels)} {
			if n < 0 || n+1 < n {
				t.Errorf("number %d", n)
			}
		}
		pod, opts, err := Decode(labels, labels)
		if err != nil {
			return
		}
		b := New(pod, opts)
		if got, _, err := Decode(b.Pause.Config.Labels, b.Pause.Config.Labels); err != nil || RefOf(got) != RefOf(pod) {
			t.Errorf("read back: %v", err)
		}
		for _, u := range b.Units {
			if u.Request.Name == "" {
				t.Errorf("a unit without a name: %+v", u)
			}
		}
	})
}
