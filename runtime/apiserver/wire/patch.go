package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"
)

// maxPatchSteps bounds a JSON patch, as in Kubernetes.
const maxPatchSteps = 10000

// Patch applies a patch to an object's JSON. like is an object of the same type:
// its struct tags say how lists are merged.
func Patch(patch Body, current []byte, like runtime.Object) ([]byte, error) {
	switch types.PatchType(patch.Type) {
	case types.JSONPatchType:
		return stepByStep(patch.Data, current)
	case types.MergePatchType:
		next, err := jsonpatch.MergePatch(current, patch.Data)
		return next, badPatch(err)
	case types.StrategicMergePatchType:
		next, err := strategicpatch.StrategicMergePatch(current, patch.Data, like)
		return next, badPatch(err)
	case types.ApplyPatchType, types.ApplyCBORPatchType:
		return nil, ApplyRefused()
	}
	return nil, Unsupported(fmt.Sprintf("the patch type %q is not served: want %s, %s or %s",
		patch.Type, types.StrategicMergePatchType, types.MergePatchType, types.JSONPatchType))
}

// PatchJSON is Patch's body as JSON, for patches that were written as YAML.
func PatchJSON(body Body) (Body, error) {
	if body.Type == string(types.JSONPatchType) || json.Valid(body.Data) {
		return body, nil
	}
	data, err := yaml.YAMLToJSON(body.Data)
	if err != nil {
		return body, apierrors.NewBadRequest(fmt.Sprintf("the patch is not JSON: %v", err))
	}
	return Body{Data: data, Type: body.Type}, nil
}

func stepByStep(patch, current []byte) ([]byte, error) {
	steps, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if len(steps) > maxPatchSteps {
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("the patch has %d operations, %d are allowed", len(steps), maxPatchSteps))
	}
	next, err := steps.Apply(current)
	if err != nil {
		return nil, cannotPatch(err)
	}
	return next, nil
}

// badPatch tells a patch that is not well formed (400) from one that does not fit (422).
func badPatch(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mergepatch.ErrBadJSONDoc), errors.Is(err, jsonpatch.ErrBadJSONPatch), errors.Is(err, jsonpatch.ErrBadJSONDoc),
		errors.Is(err, mergepatch.ErrBadPatchFormatForPrimitiveList), errors.Is(err, mergepatch.ErrBadPatchFormatForRetainKeys):
		return apierrors.NewBadRequest(err.Error())
	}
	return cannotPatch(err)
}

func cannotPatch(err error) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusUnprocessableEntity,
		Reason:  metav1.StatusReasonInvalid,
		Message: fmt.Sprintf("the patch cannot be applied: %v", err),
	}}
}

// ApplyRefused is the answer to server-side apply.
func ApplyRefused() error {
	return Unsupported("server-side apply is not served, because field owners are not kept: use kubectl apply without --server-side")
}
