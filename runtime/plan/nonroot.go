package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/minipod/minipod/runtime/translate"
)

// nonRoot holds a unit to runAsNonRoot before it is created, and says why
// when it does not.
func (s *stepper) nonRoot(u translate.Unit) bool {
	message := RootReason(s.w.Want.Pod, u, s.w.Images[u.Container.Image].User)
	if message == "" {
		return true
	}
	pod := s.w.Want.Pod
	detail := fmt.Sprintf("%s (pod: \"%s_%s(%s)\", container: %s)", message, pod.Name, pod.Namespace, pod.UID, u.Name)
	s.refuse(Wait{Unit: u.Name, Reason: ReasonConfigError, Detail: detail}, Op{Kind: CreateUnit, Unit: u.Name})
	s.wake(s.now.Add(syncAgain))
	return false
}

// RootReason tells, in the kubelet's words, why a unit would run as root
// against its will; empty when it would not.
func RootReason(pod *v1.Pod, u translate.Unit, imageUser string) string {
	user, must := runAs(pod, u)
	if !must {
		return ""
	}
	if user != nil {
		if *user == 0 {
			return "container's runAsUser breaks non-root policy"
		}
		return ""
	}
	name, _, _ := strings.Cut(imageUser, ":")
	uid, err := strconv.ParseInt(name, 10, 64)
	switch {
	case name == "" || err == nil && uid == 0:
		return "container has runAsNonRoot and image will run as root"
	case err != nil:
		return fmt.Sprintf("container has runAsNonRoot and image has non-numeric user (%s), cannot verify user is non-root", name)
	}
	if errs := validation.IsValidUserID(uid); len(errs) > 0 {
		return fmt.Sprintf("container has runAsNonRoot and image has an invalid user id (%d). (Must be 1-(%d)): %s", uid, math.MaxInt32, strings.Join(errs, "; "))
	}
	return ""
}

// ImageMustNotBeRoot tells whether the user of its image decides about a
// unit: the manifest wants one that is not root and names none itself.
func ImageMustNotBeRoot(pod *v1.Pod, u translate.Unit) bool {
	user, must := runAs(pod, u)
	return must && user == nil
}

// runAs is the user the manifest sets, and whether it must not be root.
func runAs(pod *v1.Pod, u translate.Unit) (user *int64, nonRoot bool) {
	var must *bool
	if sc := pod.Spec.SecurityContext; sc != nil {
		user, must = sc.RunAsUser, sc.RunAsNonRoot
	}
	if sc := u.Container.SecurityContext; sc != nil {
		if sc.RunAsUser != nil {
			user = sc.RunAsUser
		}
		if sc.RunAsNonRoot != nil {
			must = sc.RunAsNonRoot
		}
	}
	return user, must != nil && *must
}
