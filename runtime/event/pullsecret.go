package event

import (
	"fmt"
	"strings"

	"github.com/minipod/minipod/runtime/plan"
)

// PullSecrets tells of imagePullSecrets that are not there while a container is to be
// made: its image is pulled without them, if it has to be (kubelet_pods.go,
// getPullSecretsForPod). They are looked up for each container that is to be made, so
// the event counts since then: whoever looks again tells of the same one.
func PullSecrets(w plan.World) []Event {
	if !w.Follows() {
		return nil
	}
	since := w.Pause.Created
	for _, u := range w.Awaited() {
		if c := w.Latest(u.Name); c != nil && c.FinishedAt.After(since) {
			since = c.FinishedAt
		}
	}
	var missing []string
	for _, name := range w.Needs().PullSecrets {
		if name != "" && w.Inputs.Secrets[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	message := fmt.Sprintf("Unable to retrieve some image pull secrets (%s); attempting to pull the image may not succeed.", strings.Join(missing, ", "))
	return []Event{warning("", "FailedToRetrieveImagePullSecret", message, since)}
}
