package diagnose

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// unbound is a pod that names a claim which does not exist.
func unbound(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Wanted || l.Pause != nil && l.Pause.State != plan.Created {
		return nil
	}
	missing := l.Want.Unbound(l.Inputs)
	if missing == nil {
		return nil
	}
	return []Cause{{
		Name: "claim-missing", Sure: Certain,
		Text:     "the pod names a claim that does not exist, and nothing is started before it does: " + missing.Message,
		Evidence: []string{missing.Field + " asks for it"}, Command: "minipod get pvc -n " + l.Want.Pod.Namespace,
	}}
}

// missingObjects are ConfigMaps, Secrets and keys of them that the pod needs
// and that do not exist.
func missingObjects(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Wanted {
		return nil
	}
	var causes []Cause
	for _, v := range l.Want.Filled() {
		if l.Contents[v.Docker] != "" {
			continue
		}
		if _, missing := l.Want.Payload(v, l.Inputs); missing != nil && !missing.Early {
			causes = append(causes, l.missing("", "volume "+v.Name+" cannot be filled", l.objectOf(v.Name), missing))
		}
	}
	for _, u := range l.Awaited() {
		if _, missing := u.Attempt(l.Inputs, 0, 0); missing != nil && !missing.Early && !ephemeral(u) {
			causes = append(causes, l.missing(u.Name, title(u)+" cannot be made", l.objectIn(missing.Message), missing))
		}
	}
	return causes
}

// missing is what a volume or a unit lacks, of an object that may be known.
func (l *look) missing(unit, what, object string, m *translate.Missing) Cause {
	c := Cause{
		Name: "object-missing", Container: unit, Sure: Certain,
		Text:     fmt.Sprintf("%s: %s; minipod run stores ConfigMaps and Secrets, kubectl apply does too", what, m.Message),
		Evidence: []string{m.Field + " asks for it"}, Command: "minipod get configmaps,secrets -n " + l.Want.Pod.Namespace,
	}
	if m.Lack == translate.LackKey {
		if object != "" {
			c.Command = "minipod get " + object + " -n " + l.Want.Pod.Namespace + " -o yaml"
		}
		c.Name = "key-missing"
		c.Text = fmt.Sprintf("%s: %s", what, m.Message)
		if m.Have != "" {
			c.Text += "; it has " + m.Have
			c.Evidence = append(c.Evidence, "its keys: "+m.Have)
		}
	}
	return c
}

// objectOf is what a volume is filled from, as get names it; empty where it is
// several, or none.
func (l *look) objectOf(volume string) string {
	for _, v := range l.Want.Pod.Spec.Volumes {
		switch {
		case v.Name != volume:
		case v.ConfigMap != nil:
			return "configmap " + v.ConfigMap.Name
		case v.Secret != nil:
			return "secret " + v.Secret.SecretName
		}
	}
	return ""
}

// missingParts are mounts of a part of a volume that the volume, filled from
// ConfigMaps and the like, does not have: a node makes an empty folder for it.
func missingParts(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Wanted {
		return nil
	}
	var causes []Cause
	for _, v := range l.Want.Filled() {
		for _, u := range l.units() {
			for i, m := range u.Container.VolumeMounts {
				if m.Name == v.Name && m.SubPath != "" {
					causes = append(causes, l.missingPart(v, u, i)...)
				}
			}
		}
	}
	return causes
}

func (l *look) missingPart(v translate.Volume, u translate.Unit, at int) []Cause {
	in := l.Inputs
	if l.Pause != nil {
		objects, known := l.ask(Question{Kind: AskObjects})
		if !known {
			return nil
		}
		in = objects.Inputs
	}
	payload, missing := l.Want.Payload(v, in)
	m := u.Container.VolumeMounts[at]
	var has []string
	for _, f := range payload.Files {
		if within(f.Path, path.Clean(m.SubPath)) {
			return nil
		}
		has = append(has, f.Path)
	}
	if missing != nil || len(has) == 0 { // it is optional
		return nil
	}
	names := strings.Join(has, ", ")
	return []Cause{{
		Name: "sub-path-missing", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("volume %s has no %s, which %s wants of it, and so has an empty folder at %s; the volume has %s", m.Name, m.SubPath, title(u), m.MountPath, names),
		Evidence: []string{fmt.Sprintf("%s.volumeMounts[%d].subPath: %s", u.Path, at, m.SubPath), "files of the volume: " + names},
		Command:  "minipod explain --script " + l.source(),
	}}
}

// objectIn is the object of the pod that a message about a key names.
func (l *look) objectIn(message string) string {
	for _, name := range slices.Sorted(maps.Keys(l.Inputs.ConfigMaps)) {
		if strings.Contains(message, "ConfigMap") && strings.HasSuffix(message, "/"+name) {
			return "configmap " + name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Inputs.Secrets)) {
		if strings.Contains(message, "Secret") && strings.HasSuffix(message, "/"+name) {
			return "secret " + name
		}
	}
	return ""
}

// staleEnvironment are containers that run with values which their ConfigMaps
// and Secrets do not have any more.
func staleEnvironment(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.Latest(u.Name)
		if c == nil || c.State != plan.Running || !fromObjects(u.Container) || l.Intent() != plan.Wanted {
			continue
		}
		objects, known := l.ask(Question{Kind: AskObjects})
		env, knownEnv := l.ask(Question{Kind: AskEnv, At: c.ID})
		if !known || !knownEnv {
			continue
		}
		in := objects.Inputs
		in.PodIPs = l.Pause.IPs
		request, missing := u.Attempt(in, c.Attempt, c.Backoff)
		if missing != nil {
			continue // it runs all the same, and is told of when it is made again
		}
		var names []string
		for _, name := range objectNames(u.Container, in) {
			if has, wanted := valueOf(env.Lines, name), valueOf(request.Config.Env, name); has != wanted {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			causes = append(causes, l.stale(u, *c, names))
		}
	}
	return causes
}

func (l *look) stale(u translate.Unit, c plan.Container, names []string) Cause {
	return Cause{
		Name: "stale-environment", Container: u.Name, Sure: Certain,
		Text: fmt.Sprintf("%s runs with old values of %s: its ConfigMap or Secret has changed since, and an environment is read when a container is made; minipod restart %s reads it anew",
			title(u), strings.Join(names, ", "), l.Ref().Args()),
		Evidence: []string{"differs from the object: " + strings.Join(names, ", "), "started " + age(l.now.Sub(c.StartedAt)) + " ago"},
		Command:  inspect(c, "json .Config.Env"),
	}
}

// fromObjects reports whether the environment of a container has to do with
// ConfigMaps or Secrets.
func fromObjects(c *v1.Container) bool {
	return len(c.EnvFrom) > 0 || slices.ContainsFunc(c.Env, fromKey)
}

func fromKey(e v1.EnvVar) bool {
	return e.ValueFrom != nil && (e.ValueFrom.ConfigMapKeyRef != nil || e.ValueFrom.SecretKeyRef != nil)
}

// objectNames are the variables of a container that come from ConfigMaps and
// Secrets.
func objectNames(c *v1.Container, in translate.Inputs) []string {
	var names []string
	for _, from := range c.EnvFrom {
		if r := from.ConfigMapRef; r != nil && in.ConfigMaps[r.Name] != nil {
			for key := range in.ConfigMaps[r.Name].Data {
				names = append(names, from.Prefix+key)
			}
		}
		if r := from.SecretRef; r != nil && in.Secrets[r.Name] != nil {
			for key := range in.Secrets[r.Name].Data {
				names = append(names, from.Prefix+key)
			}
		}
	}
	for _, e := range c.Env {
		if fromKey(e) {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// valueOf is the assignment of a variable in an environment; the last counts.
func valueOf(env []string, name string) string {
	value := ""
	for _, e := range env {
		if strings.HasPrefix(e, name+"=") {
			value = e
		}
	}
	return value
}
