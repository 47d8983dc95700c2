// Package wire reads and writes what travels between the API and its clients:
// bodies in JSON, YAML and protobuf, patches, options in queries, and the wishes
// of the Accept header. Answers are always JSON.
package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// maxBody is the largest body that is read, as in Kubernetes.
const maxBody = 3 << 20

// Media types of bodies.
const (
	JSON     = "application/json"
	YAML     = "application/yaml"
	Protobuf = "application/vnd.kubernetes.protobuf"
)

// protobufPrefix opens every protobuf body; what follows is a runtime.Unknown.
const protobufPrefix = "k8s\x00"

// Body is what a request carried.
type Body struct {
	Data []byte
	Type string // media type without parameters
}

// ReadBody reads a request's body. A request without a content type is taken as JSON.
func ReadBody(r *http.Request) (Body, error) {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return Body{}, apierrors.NewBadRequest(fmt.Sprintf("read the body: %v", err))
	}
	if len(data) > maxBody {
		return Body{}, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", maxBody))
	}
	kind := JSON
	if header := r.Header.Get("Content-Type"); header != "" {
		if kind, _, err = mime.ParseMediaType(header); err != nil {
			return Body{}, Unsupported(fmt.Sprintf("the content type %q cannot be read: %v", header, err))
		}
	}
	return Body{Data: data, Type: kind}, nil
}

// Decode reads an object of the kind into obj. Fields that the type does not
// have, and fields given twice, come back as strays: what to do about them is the
// request's wish (see Strays).
func Decode(body Body, kind schema.GroupVersionKind, obj runtime.Object) (strays []error, err error) {
	switch body.Type {
	case Protobuf:
		return nil, decodeProtobuf(body.Data, kind, obj)
	case YAML, "application/x-yaml", "text/yaml":
		data, err := yaml.YAMLToJSONStrict(body.Data)
		if err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("the body is not YAML: %v", err))
		}
		return DecodeJSON(data, kind, obj)
	case JSON:
		return DecodeJSON(body.Data, kind, obj)
	}
	return nil, Unsupported(fmt.Sprintf("the body of the request was in an unknown format - accepted media types include: %s, %s, %s", JSON, YAML, Protobuf))
}

// DecodeJSON is Decode for JSON.
func DecodeJSON(data []byte, kind schema.GroupVersionKind, obj runtime.Object) (strays []error, err error) {
	var named metav1.TypeMeta
	if err := json.UnmarshalCaseSensitivePreserveInts(data, &named); err != nil {
		return nil, unreadable(kind, err)
	}
	if err := sameKind(named, kind); err != nil {
		return nil, err
	}
	strays, err = json.UnmarshalStrict(data, obj)
	if err != nil {
		return nil, unreadable(kind, err)
	}
	return strays, nil
}

func decodeProtobuf(data []byte, kind schema.GroupVersionKind, obj runtime.Object) error {
	rest, ok := bytes.CutPrefix(data, []byte(protobufPrefix))
	if !ok {
		return apierrors.NewBadRequest("the body is not Kubernetes protobuf: its first bytes are not k8s\\0")
	}
	var outer runtime.Unknown
	if err := outer.Unmarshal(rest); err != nil {
		return unreadable(kind, err)
	}
	named := metav1.TypeMeta{APIVersion: outer.APIVersion, Kind: outer.Kind}
	if err := sameKind(named, kind); err != nil {
		return err
	}
	target, ok := obj.(interface{ Unmarshal([]byte) error })
	if !ok {
		return Unsupported(fmt.Sprintf("%s cannot be read from protobuf: send JSON", kind.Kind))
	}
	if err := target.Unmarshal(outer.Raw); err != nil {
		return unreadable(kind, err)
	}
	return nil
}

// sameKind refuses a body that says it is something else. Options such as
// DeleteOptions belong to every group, so their group is not looked at.
func sameKind(named metav1.TypeMeta, want schema.GroupVersionKind) error {
	if named.Kind != "" && named.Kind != want.Kind {
		return apierrors.NewBadRequest(fmt.Sprintf("the kind of the body is %q, not %q", named.Kind, want.Kind))
	}
	if named.APIVersion == "" || strings.HasSuffix(want.Kind, "Options") {
		return nil
	}
	if got := named.APIVersion; got != want.GroupVersion().String() {
		return apierrors.NewBadRequest(fmt.Sprintf("the API version in the data (%s) does not match the expected API version (%s)", got, want.GroupVersion()))
	}
	return nil
}

func unreadable(kind schema.GroupVersionKind, err error) error {
	return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", kind.Kind, kind.Version, kind.Kind, err))
}

// Strays answers what the request wants done about fields that do not exist:
// fieldValidation=Strict is an error, Ignore nothing, Warn and silence warnings.
func Strays(wish string, kind schema.GroupVersionKind, strays []error) (warnings []string, err error) {
	switch wish {
	case metav1.FieldValidationIgnore:
		return nil, nil
	case metav1.FieldValidationStrict:
		if len(strays) > 0 {
			return nil, unreadable(kind, runtime.NewStrictDecodingError(strays))
		}
		return nil, nil
	case metav1.FieldValidationWarn, "":
		for _, stray := range strays {
			warnings = append(warnings, stray.Error())
		}
		return warnings, nil
	}
	return nil, apierrors.NewBadRequest(fmt.Sprintf("invalid fieldValidation %q: want Ignore, Warn or Strict", wish))
}

// Unsupported is the error for a body or patch of a type that is not served.
func Unsupported(message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusUnsupportedMediaType,
		Reason:  metav1.StatusReasonUnsupportedMediaType,
		Message: message,
	}}
}

// NotAcceptable is the error for a form that an answer cannot have.
func NotAcceptable(message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusNotAcceptable,
		Reason:  metav1.StatusReasonNotAcceptable,
		Message: message,
	}}
}

// StatusOf makes the Status that tells a client about an error. Errors that
// carry no Status are the server's own: 500.
func StatusOf(err error) metav1.Status {
	var carrier apierrors.APIStatus
	if errors.As(err, &carrier) {
		status := carrier.Status()
		status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		return status
	}
	return StatusOf(apierrors.NewInternalError(err))
}
