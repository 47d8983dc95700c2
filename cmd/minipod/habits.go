package main

import (
	"cmp"
	"slices"
	"strings"
)

// habitHint names the command that does what a command of docker, docker
// compose, podman or kubectl does; empty where the words are none of them.
func habitHint(words ...string) string {
	const (
		ended   = "minipod rm --field-selector=status.phase!=Running,status.phase!=Pending removes the pods that have ended"
		shell   = "minipod exec -it POD sh"
		show    = "minipod ps POD -o yaml"
		compose = "minipod run FILE makes the pods of manifests, minipod rm -f FILE removes them; compose files it does not read"
	)
	own := map[string]string{
		"up": "minipod run FILE", "play": "minipod run FILE", "kube": "minipod run FILE",
		"down": "minipod rm -f FILE", "kill": "minipod stop --now POD; docker kill -s SIGNAL CONTAINER sends another signal",
		"prune": ended, "clean": ended, "purge": ended,
		"inspect": show, "status": show, "show": show, "generate": show, "pods": "minipod ps", "po": "minipod ps", "stats": "minipod top",
		"bash": shell, "shell": shell, "sh": shell, "ssh": shell, "enter": shell,
		"secret": "minipod get secrets", "service": "minipod get services", "node": "minipod get nodes", "namespace": "minipod ps -A", "watch": "minipod ps -w",
		"config":  "minipod validate FILE checks manifests; there is no configuration: the engine is docker's",
		"compose": compose, "docker-compose": compose,
		"port":      "minipod ps -o wide shows the ports that are published; minipod port-forward POD 8080:80 forwards one",
		"container": "the commands have no container in front: minipod ps, minipod logs POD, minipod rm POD",
		"pod":       "the commands have no pod in front: minipod ps, minipod logs POD, minipod rm POD",
		"pause":     "minipod stop POD; docker pause CONTAINER freezes one container", "unpause": "docker unpause CONTAINER",
		"rename":    "metadata.name of the manifest; then minipod run FILE makes it, and minipod rm POD removes the old one",
		"update":    "minipod run --replace FILE makes the pod anew, as the manifest has it now",
		"history":   "docker history IMAGE does that, on the same engine; minipod events POD says what happened to a pod",
		"proxy":     "minipod serve answers kubectl: kubectl proxy; minipod port-forward POD 8080:80 forwards a port",
		"kustomize": "kubectl kustomize DIR | minipod run -",
		"scale":     "spec.replicas of the manifest, then minipod run FILE", "rollout": "minipod run --replace FILE makes pods anew; minipod wait POD --for=condition=Ready waits",
		"replace":    "minipod run --replace FILE",
		"namespaces": "minipod ns POD", "diff": "minipod run FILE says in what it differs",
	}
	word := words[0]
	if len(words) > 1 && slices.Contains([]string{"container", "pod", "kube"}, word) {
		if hint := habitHint(words[1:]...); hint != "" {
			return hint
		}
	}
	if command := own[word]; command != "" {
		return command
	}
	switch {
	case slices.Contains([]string{"commit", "export"}, word):
		return "docker " + word + " CONTAINER does that, on the same engine; docker ps names the containers"
	case slices.Contains(strings.Fields("build images image pull push rmi import login logout tag save load volume network info context system "+
		"builder buildx search manifest plugin swarm stack"), word):
		return "docker " + word + " does that, on the same engine"
	case slices.Contains(strings.Fields("edit patch label annotate set "+
		"expose auth cordon uncordon drain taint api-resources api-versions cluster-info"), word):
		return "minipod serve answers kubectl: kubectl " + word
	}
	return ""
}

// flagHint says what to do instead of a flag that docker or kubectl has; empty
// where it is none of them.
func flagHint(command, flag string) string {
	const (
		labels     = "minipod ps -l app=web chooses by labels, --field-selector=status.phase=Running by fields, minipod ps NAME... by names"
		format     = "minipod ps -o wide|json|yaml|name|jsonpath=...|custom-columns=... says what is printed"
		alone      = "minipod version prints one line: there is no server whose version could differ"
		folder     = "cp copies folders as they are, with links and modes: no flag is needed"
		docker     = "minipod rm --now POD is docker's rm -f"
		recent     = "minipod ps --sort-by=.metadata.creationTimestamp has the newest last"
		one        = "minipod ns POD is about one pod, and shows all its containers"
		background = "minipod run starts one in the background; minipod supervise --install has the engine keep one"
		signal     = "spec.containers[].lifecycle.stopSignal names the signal; minipod stop --now kills"
	)
	const (
		named        = "minipod get and describe take KIND/NAME; minipod run FILE says what is made of a manifest already"
		template     = "minipod get -o jsonpath='{range .items[*]}{.metadata.name}{end}' or -o custom-columns=NAME:.metadata.name; other templates are kubectl's, through minipod serve"
		recentEvents = "minipod events --since=10m lists what was seen within that time"
	)
	const (
		file  = "the file is given without it: minipod explain FILE, minipod diagnose FILE"
		grace = "minipod rm -t SECONDS gives the containers that time; --wait=false does not wait"
	)
	hints := map[string]string{
		"explain f": file, "explain filename": file, "diagnose f": file, "diagnose filename": file,
		"diagnose all": "minipod diagnose wants one pod; minipod ps shows which are not well",
		"logs all":     "minipod logs -l app=web, or the names of several pods",
		"rm q":         "rm prints a line for each pod, and no more", "rm quiet": "rm prints a line for each pod, and no more",
		"rm o": "rm prints pod/NAME and that it is removed, and no more", "rm output": "rm prints pod/NAME and that it is removed, and no more",
		"rm a": "minipod rm --all", "rm timeout": grace, "rm time": grace,
		"rm dry-run": "minipod ps lists what there is to remove", "rm interactive": "minipod ps lists what there is to remove",
		"get f": named, "get filename": named, "describe f": named, "describe filename": named,
		"get template": template, "ps template": template,
		"top w": "on a terminal top goes on until q", "top watch": "on a terminal top goes on until q",
		"top no-headers": "minipod top --no-stream | tail -n +2", "top o": "top has one format; docker stats --format has others", "top output": "top has one format; docker stats --format has others",
		"events format": "minipod serve answers kubectl: kubectl get events -o json", "events until": recentEvents, "events f": "minipod events POD, --types=Warning and -l choose", "events filter": "minipod events POD, --types=Warning and -l choose",
		"exec env-file": "minipod exec -e NAME=VALUE POD COMMAND", "exec interactive": "minipod exec -i POD COMMAND",
		"attach no-stdin": "attach has no stdin without -i: leave it out", "wait o": "wait prints pod/NAME and that its condition is met", "wait output": "wait prints pod/NAME and that its condition is met",
		"explain o":      "explain --script prints a script; minipod validate FILE checks, minipod get POD -o yaml shows a pod",
		"explain output": "explain --script prints a script; minipod validate FILE checks, minipod get POD -o yaml shows a pod",
		"restart s":      signal, "restart signal": signal, "events o": "minipod serve answers kubectl: kubectl get events -o json",
		"events output": "minipod serve answers kubectl: kubectl get events -o json",
		"start t":       "start stops nothing: minipod stop -t and restart -t give the time to end in",
		"ps f":          labels, "ps filter": labels, "get filter": labels,
		"ps format": format, "get format": format, "ps no-trunc": "nothing is cut off: minipod ps -o wide shows more",
		"version client": alone, "version short": alone, "version o": alone, "version output": alone, "version f": alone, "version format": alone,
		"cp a": folder, "cp archive": folder, "cp r": folder, "cp R": folder, "cp recursive": folder,
		"stop s": signal, "stop signal": signal,
		"rm v":       "minipod rm removes a pod's own volumes; --volumes the data of its claims too",
		"logs until": "minipod logs --since=5m says from when, --limit-bytes how much", "logs details": "minipod logs --prefix says whose line it is",
		"top containers": "top shows each container without it",
		"rm cascade":     "a pod's containers go with it: minipod rm POD",
		"rm r":           docker, "rm i": "minipod ps lists what there is to remove",
		"exec d":          "minipod exec POD sh -c 'COMMAND >/dev/null 2>&1 &' leaves it in the background",
		"exec detach":     "minipod exec POD sh -c 'COMMAND >/dev/null 2>&1 &' leaves it in the background",
		"exec privileged": "spec.containers[].securityContext.privileged of the manifest",
		"ps s":            "minipod top shows what pods use", "ps size": "minipod top shows what pods use",
		"ps latest": recent, "ps last": recent, "ps n": recent,
		"get watch-only": "minipod get pods -w", "ps watch-only": "minipod ps -w",
		"ns A": one, "ns all-namespaces": one, "ns l": one, "ns selector": one, "ns f": one, "ns c": one,
		"explain recursive": "minipod explain --field pod.spec lists the fields below one",
		"debug copy-to":     "minipod debug POD --image=IMAGE adds a container to the pod itself; copies are kubectl's, through minipod serve",
		"start a":           "minipod start POD, then minipod attach POD", "start i": "minipod start POD, then minipod attach -i POD",
		"serve port": "minipod serve --listen 127.0.0.1:PORT", "serve p": "minipod serve --listen 127.0.0.1:PORT",
		"supervise d": background, "supervise detach": background,
	}
	same := map[string]string{"start grace-period": "start t", "start attach": "start a", "start interactive": "start i"}
	if command == "minipod" && flag == "v" {
		return "minipod --version prints the version; run -v FILE says more of what it does"
	}
	if hint := connectionHint(flag); hint != "" && hints[command+" "+flag] == "" {
		return hint
	}
	key := command + " " + flag
	switch other, ok := same[key]; {
	case command == "run":
		return runHint(flag)
	case ok:
		return hints[other]
	}
	return cmp.Or(hints[key], otherHint(command, flag))
}

// valueHint says what to type for a flag without its value; empty where its help does.
func valueHint(command, flag string) string {
	switch command + " " + flag {
	case "rm filename":
		return "-f names a manifest here: minipod rm --now POD is docker's rm -f"
	case "ps selector":
		return "minipod ps -l app=web chooses by labels; minipod ps --sort-by=.metadata.creationTimestamp has the newest last"
	case "run wait":
		return "run waits until pods are up: --wait=ready until they are ready, --wait=created for nothing more"
	}
	return ""
}

// connectionHint says what to do instead of a flag of any docker or kubectl command
// that names the engine or the cluster, or says how much to log.
func connectionHint(flag string) string {
	switch flag {
	case "H", "host", "context":
		return "the engine is the one of docker: DOCKER_HOST=... minipod, or DOCKER_CONTEXT=NAME minipod"
	case "kubeconfig", "cluster", "server", "token":
		return "minipod needs no cluster: DOCKER_HOST names the engine; minipod serve answers kubectl"
	case "D", "debug", "log-level", "v":
		return "minipod run -v FILE says more of what it does; there is no log"
	}
	return ""
}

// createHint is how kubectl create of an object is done.
const createHint = "kubectl create KIND NAME ... --dry-run=client -o yaml | minipod run -"
