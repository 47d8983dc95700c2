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
	case slices.Contains(strings.Fields("build images image pull push login logout tag save load volume network info context"), word):
		return "docker " + word + " does that, on the same engine"
	case slices.Contains(strings.Fields("describe edit patch label annotate set replace events wait top cp attach "+
		"port-forward debug expose scale rollout auth cordon drain taint api-resources cluster-info"), word):
		return "minipod serve answers kubectl: kubectl " + word
	}
	return ""
}
