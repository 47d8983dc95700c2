package main

import (
	"slices"
	"strings"
)

// habitHint names the command that does what a command of docker, docker
// compose or kubectl does; empty where the word is none of them.
func habitHint(word string) string {
	own := map[string]string{
		"up": "minipod run FILE", "play": "minipod run FILE", "kube": "minipod run FILE",
		"down": "minipod rm -f FILE", "kill": "minipod stop --now POD", "prune": "minipod rm --all",
		"inspect": "minipod ps POD -o yaml", "status": "minipod ps POD -o yaml", "bash": "minipod exec -it POD sh",
		"shell": "minipod exec -it POD sh", "sh": "minipod exec -it POD sh", "config": "minipod validate FILE",
		"namespaces": "minipod ns POD", "diff": "minipod run FILE says in what it differs",
	}
	if command := own[word]; command != "" {
		return command
	}
	switch {
	case slices.Contains(strings.Fields("build images image pull push rmi commit export import login logout tag save load volume network info context"), word):
		return "docker " + word + " does that, on the same engine"
	case slices.Contains(strings.Fields("edit patch label annotate set replace "+
		"expose scale rollout auth cordon drain taint api-resources cluster-info"), word):
		return "minipod serve answers kubectl: kubectl " + word
	}
	return ""
}

// flagHint says what to do instead of a flag that docker or kubectl has; empty
// where it is none of them.
func flagHint(command, flag string) string {
	switch {
	case command == "start" && (flag == "t" || flag == "grace-period"):
		return "start stops nothing: minipod stop -t and restart -t give the time to end in"
	case command == "top" && flag == "containers":
		return "top shows each container without it"
	case command != "run":
		return ""
	case strings.HasPrefix(flag, "from-"):
		return "write a manifest of it: " + createHint
	}
	hints := map[string]string{
		"d": "run ends when the pod is up, and leaves it: no -d is needed",
		"i": "minipod exec -it POD sh, when the pod is up; --attach prints what containers write", "e": "spec.containers[].env of the manifest",
		"name": "metadata.name of the manifest", "image": "spec.containers[].image of the manifest",
		"volume": "spec.volumes and volumeMounts of the manifest", "dry-run": "minipod explain --script FILE prints what run would do",
		"force-recreate": "minipod run --replace", "restart": "spec.restartPolicy of the manifest",
		"recursive": "a directory is read without it: minipod run DIR", "server-side": "minipod run is enough",
	}
	same := map[string]string{"detach": "d", "t": "i", "tty": "i", "interactive": "i", "env": "e", "force": "force-recreate", "R": "recursive"}
	if other, ok := same[flag]; ok {
		flag = other
	}
	return hints[flag]
}

// createHint is how kubectl create of an object is done.
const createHint = "kubectl create KIND NAME ... --dry-run=client -o yaml | minipod run -"
