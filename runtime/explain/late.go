package explain

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// lateExpression is what stands in a word for a late value, within double
// quotes: a variable that findOut has set before.
func (w *writer) lateExpression(token string) string {
	if folder, ok := translate.PlaceOf(token); ok {
		return "$" + placeVariable(folder)
	}
	if a, ok := translate.AllotmentOf(token); ok {
		return share(map[v1.ResourceName]string{v1.ResourceCPU: "cpus * 1000", v1.ResourceMemory: "memory", v1.ResourceEphemeralStorage: "disk"}[a.Resource], a)
	}
	if _, ok := translate.ImageUserOf(token); ok {
		return "${user:-0}"
	}
	if request, ok := translate.MemoryRequestOf(token); ok {
		return fmt.Sprintf("$(score %d)", request)
	}
	if f, ok := translate.FileKeyOf(token); ok {
		return fileValue(w.words, w.b.Pause.Name, f)
	}
	switch fieldOf(w.b.Pod, token) {
	case translate.ProfileFileToken:
		return "$seccomp"
	case translate.FieldPodIP:
		return "${podIPs%%,*}"
	case translate.FieldPodIPs:
		return "$podIPs"
	case translate.FieldHostIP:
		return "${hostIPs%%,*}"
	case translate.FieldHostIPs:
		return "$hostIPs"
	}
	return "$node"
}

// share is the shell that divides an amount and rounds up.
func share(amount string, a translate.Allotment) string {
	return fmt.Sprintf("$(( (%s + %d) / %d ))", amount, a.Divisor-1, a.Divisor)
}

// fileValue is the shell that reads a value of one line from a file of a
// volume, where NAME='value' stands.
func fileValue(w words, pause string, f translate.FileKey) string {
	var key strings.Builder
	for _, c := range f.Key {
		if strings.ContainsRune(`\.[*^$/`, c) {
			key.WriteByte('\\')
		}
		key.WriteRune(c)
	}
	line := w.quote(fmt.Sprintf(`s/^[ \t]*%s='\([^']*\)'.*/\1/p`, key.String()))
	return fmt.Sprintf("$(docker cp %s:%s - | tar -xO | sed -n %s)", w.quote(pause), w.quote(f.Inside()), line)
}

// fieldOf is the field that a token stands for. A pod in the machine's network
// has the machine's addresses.
func fieldOf(pod *v1.Pod, token string) string {
	if !pod.Spec.HostNetwork {
		return token
	}
	switch token {
	case translate.FieldPodIP:
		return translate.FieldHostIP
	case translate.FieldPodIPs:
		return translate.FieldHostIPs
	}
	return token
}

// findOut writes the shell that finds out what a request needs and the script
// does not know yet.
func (w *writer) findOut(r *translate.Request) {
	for _, word := range slices.Concat(r.Config.Env, r.Config.Entrypoint, r.Config.Cmd, []string{r.OOMScore}, sources(r)) {
		for i, token := range translate.CutTokens(word) {
			if i%2 == 1 {
				w.findOnce(w.finding(token))
			}
		}
	}
	if parts := translate.CutTokens(r.Config.User); len(parts) > 1 {
		image, _ := translate.ImageUserOf(parts[1])
		fmt.Fprintf(w, "\n# The user of the image, without its group\nuser=$(docker image inspect -f '{{.Config.User}}' %s)\nuser=${user%%%%:*}\n", w.operand(image))
	}
}

// profile writes the seccomp profile of a request into a file, and is the shell
// that removes it.
func (w *writer) profile(r *translate.Request) (remove string) {
	for _, option := range r.Host.SecurityOpt {
		if profile, ok := translate.CutProfile(option); ok {
			fmt.Fprintf(w, "\n# The seccomp profile, in a file as docker's client wants it\nseccomp=$(mktemp)\nprintf %%s %s > \"$seccomp\"\n", w.quote(profile))
			return "rm \"$seccomp\"\n"
		}
	}
	return ""
}

// sources are where the parts of a request are.
func sources(r *translate.Request) []string {
	var list []string
	for _, p := range r.Parts {
		list = append(list, p.Source())
	}
	return list
}

// placeVariable is the variable that holds where a folder of the pause is on
// the machine.
func placeVariable(folder string) string {
	return strings.NewReplacer("/", "_", "-", "_").Replace(strings.TrimPrefix(folder, "/"))
}

// place is the shell that finds that out.
func (w words) place(folder string) string {
	const format = `{{range .Mounts}}{{if eq .Destination "%s"}}{{.Source}}{{end}}{{end}}`
	return fmt.Sprintf("$(docker inspect -f '"+format+"' %s)", folder, w.quote(w.pause))
}

// disk is the shell that finds out how large the machine's disk is.
func (w words) disk() string {
	return fmt.Sprintf("$(docker exec %s /pause usage)", w.quote(w.pause))
}

func (w *writer) findOnce(shell string) {
	if shell != "" && !w.found[shell] {
		w.found[shell] = true
		fmt.Fprintf(w, "\n%s\n", shell)
	}
}

// finding is the shell that finds a late value out. In addresses docker writes
// what is not there in several ways, but always as "" in JSON.
func (w *writer) finding(token string) string {
	if folder, ok := translate.PlaceOf(token); ok {
		return fmt.Sprintf("# Where %s of the pause is on the machine\n%s=%s", folder, placeVariable(folder), w.place(folder))
	}
	if a, ok := translate.AllotmentOf(token); ok {
		switch a.Resource {
		case v1.ResourceCPU:
			return "# How many processors the machine has\ncpus=$(docker info -f '{{.NCPU}}')"
		case v1.ResourceEphemeralStorage:
			return "# How large the machine's disk is: the pause is on it\ndisk=" + w.disk()
		}
		return machineMemory
	}
	if _, ok := translate.MemoryRequestOf(token); ok {
		w.findOnce(machineMemory)
		return scoreFunction
	}
	if _, ok := translate.FileKeyOf(token); ok { // which is found out where it stands
		return ""
	}
	switch fieldOf(w.b.Pod, token) {
	case translate.FieldPodIP, translate.FieldPodIPs:
		w.findOnce(listFunction)
		const format = "{{range .NetworkSettings.Networks}}{{json .IPAddress}} {{end}}{{range .NetworkSettings.Networks}}{{json .GlobalIPv6Address}} {{end}}"
		return fmt.Sprintf("# The pod's addresses, IPv4 first\nfound=$(docker inspect -f '%s' %s)\npodIPs=$(list $found)", format, w.quote(w.b.Pause.Name))
	case translate.FieldHostIP, translate.FieldHostIPs:
		w.findOnce(listFunction)
		return hostIPs
	}
	return "# The name of the machine\nnode=$(docker info -f '{{.Name}}')"
}

const machineMemory = "# How much memory the machine has\nmemory=$(docker info -f '{{.MemTotal}}')"

const scoreFunction = `# score is the OOM score of a burstable container that asks for so many bytes
score() {
  left=$((1000 - 1000 * $1 / memory))
  [ $left -ge 3 ] || left=3
  [ $left -lt 1000 ] || left=999
  echo $left
}`

const listFunction = `# list joins words of JSON with commas and leaves out empty ones
list() {
  joined=
  for word; do
    word=${word#'"'} word=${word%'"'}
    [ -z "$word" ] || joined=$joined${joined:+,}$word
  done
  printf %s "$joined"
}`

// hostIPs are the gateways of Docker's default network, or Podman's. One that
// the engine does not tell is the first address of its subnet.
const hostIPs = `# The addresses of the machine in Docker's default network
gateways() {
  docker network inspect -f '{{range .IPAM.Config}}{{json .Gateway}} {{json .Subnet}} {{end}}' "$1" 2>/dev/null
}
found=$(gateways bridge || gateways podman || :)
set -- $found
hostIPs=
while [ $# -gt 1 ]; do
  subnet=${2#'"'} subnet=${subnet%/*}
  case $1 in
  '""') case $subnet in *.*) gateway=${subnet%.*}.$((${subnet##*.} + 1)) ;; *) gateway=${subnet}1 ;; esac ;;
  *) gateway=$(list "$1") ;;
  esac
  hostIPs=$hostIPs${hostIPs:+,}$gateway
  shift 2
done`
