package apiserver

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/streaming/pkg/httpstream/wsstream"

	"github.com/minipod/minipod/podspec/kube"
)

// log sends a container's output, as plain text or over a websocket.
func (s *Server) log(w http.ResponseWriter, r *http.Request, t target) error {
	if r.Method != http.MethodGet {
		return apierrors.NewMethodNotSupported(t.kind.GroupResource(), r.Method)
	}
	pod, err := s.pod(t)
	if err != nil {
		return err
	}
	request, err := logRequestOf(r.URL.Query(), pod, s.Now())
	if err != nil {
		return err
	}
	if err := hasOutput(pod, request); err != nil && !s.Streams.Runs(r.Context(), pod.UID, request.Container) {
		return err
	}
	if wsstream.IsWebSocketRequest(r) {
		return s.logSocket(w, r, request)
	}
	out := &textWriter{ResponseWriter: w}
	if request.Follow && !request.Previous {
		_, _ = out.Write(nil) // the client wants to know now that its stream is open
	}
	if err := s.Streams.Logs(r.Context(), request, out); err != nil && !out.begun {
		return err
	}
	if !out.begun {
		_, _ = out.Write(nil)
	}
	return nil
}

// logSocket sends the output as messages of a websocket.
func (s *Server) logSocket(w http.ResponseWriter, r *http.Request, request LogRequest) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	pipe, out := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		out.CloseWithError(s.Streams.Logs(ctx, request, out))
	}()
	reader := wsstream.NewReader(pipe, true, wsstream.NewDefaultReaderProtocols())
	if err := reader.Copy(w, r); err != nil {
		s.Log.Debug("log over a websocket", "error", err)
	}
	cancel()
	_ = pipe.Close()
	<-done
	return nil
}

// textWriter sends text as it comes. Until the first byte the answer may still become an error.
type textWriter struct {
	http.ResponseWriter
	begun bool
}

func (t *textWriter) Write(p []byte) (int, error) {
	if !t.begun {
		t.begun = true
		t.Header().Set("Content-Type", "text/plain")
		t.WriteHeader(http.StatusOK)
	}
	n, err := t.ResponseWriter.Write(p)
	if err != nil {
		return n, err
	}
	return n, http.NewResponseController(t.ResponseWriter).Flush()
}

// logRequestOf reads the query of a log request and checks it against the pod.
func logRequestOf(query url.Values, pod *v1.Pod, now time.Time) (LogRequest, error) {
	var errs field.ErrorList
	request := LogRequest{
		UID:        pod.UID,
		Previous:   boolean(query, "previous", &errs),
		Follow:     boolean(query, "follow", &errs),
		Timestamps: boolean(query, "timestamps", &errs),
		Tail:       -1,
		Limit:      int64(number(query, "limitBytes", &errs)),
		Stream:     query.Get("stream"),
	}
	if query.Has("tailLines") {
		request.Tail = int64(number(query, "tailLines", &errs))
	}
	if query.Has("limitBytes") && request.Limit == 0 {
		errs = append(errs, field.Invalid(field.NewPath("limitBytes"), 0, "must be greater than 0"))
	}
	if text := query.Get("sinceTime"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			errs = append(errs, field.Invalid(field.NewPath("sinceTime"), text, "want a time as in RFC 3339"))
		}
		request.Since = since
	}
	if seconds := number(query, "sinceSeconds", &errs); seconds > 0 {
		request.Since = now.Add(-kube.Seconds(int64(min(seconds, math.MaxInt64))))
	}
	errs = append(errs, checkLogQuery(query)...)
	if len(errs) > 0 {
		return request, apierrors.NewInvalid(v1.SchemeGroupVersion.WithKind("PodLogOptions").GroupKind(), pod.Name, errs)
	}
	var err error
	request.Container, err = containerOf(query.Get("container"), pod)
	return request, err
}

// checkLogQuery finds what a log request cannot ask for (Kubernetes,
// ValidatePodLogOptions).
func checkLogQuery(query url.Values) field.ErrorList {
	var errs field.ErrorList
	if query.Has("sinceSeconds") && query.Has("sinceTime") {
		errs = append(errs, field.Forbidden(field.NewPath(""), "at most one of `sinceTime` or `sinceSeconds` may be specified"))
	}
	switch stream := query.Get("stream"); stream {
	case "", v1.LogStreamAll:
	case v1.LogStreamStdout, v1.LogStreamStderr:
		if query.Has("tailLines") {
			errs = append(errs, field.Forbidden(field.NewPath(""), "`tailLines` and specific `stream` are mutually exclusive for now"))
		}
	default:
		errs = append(errs, field.NotSupported(field.NewPath("stream"), stream, []string{v1.LogStreamAll, v1.LogStreamStderr, v1.LogStreamStdout}))
	}
	return errs
}

// containerOf is the container that was asked for, or the only one.
func containerOf(name string, pod *v1.Pod) (string, error) {
	var names, others []string
	for _, c := range pod.Spec.Containers {
		names = append(names, c.Name)
	}
	for _, c := range pod.Spec.InitContainers {
		others = append(others, c.Name)
	}
	for _, c := range pod.Spec.EphemeralContainers {
		others = append(others, c.Name)
	}
	if name == "" && len(names) == 1 {
		return names[0], nil
	}
	if name == "" {
		message := fmt.Sprintf("a container name must be specified for pod %s, choose one of: [%s]", pod.Name, strings.Join(names, " "))
		if len(others) > 0 {
			message += fmt.Sprintf(" or one of the init or ephemeral containers: [%s]", strings.Join(others, " "))
		}
		return "", apierrors.NewBadRequest(message)
	}
	for _, known := range append(names, others...) {
		if known == name {
			return name, nil
		}
	}
	return "", apierrors.NewBadRequest(fmt.Sprintf("container %s is not valid for pod %s", name, pod.Name))
}

// hasOutput refuses logs of a container that has not run yet, in the kubelet's
// words. Which attempt is the previous one the node knows.
func hasOutput(pod *v1.Pod, request LogRequest) error {
	if request.Previous {
		return nil
	}
	status := statusOf(pod, request.Container)
	ended := status != nil && status.LastTerminationState.Terminated != nil
	if status == nil {
		return apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q is not available", request.Container, pod.Name))
	}
	waiting := status.State.Waiting
	if waiting == nil || ended {
		return nil
	}
	why := waiting.Reason
	switch why {
	case "ImagePullBackOff":
		return apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q is waiting to start: trying and failing to pull image", request.Container, pod.Name))
	case "ErrImagePull":
		return apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q is waiting to start: image can't be pulled", request.Container, pod.Name))
	}
	return apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q is waiting to start: %s", request.Container, pod.Name, why))
}

func statusOf(pod *v1.Pod, container string) *v1.ContainerStatus {
	for _, statuses := range [][]v1.ContainerStatus{
		pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses, pod.Status.EphemeralContainerStatuses,
	} {
		for i := range statuses {
			if statuses[i].Name == container {
				return &statuses[i]
			}
		}
	}
	return nil
}

// pod is the pod of a request.
func (s *Server) pod(t target) (*v1.Pod, error) {
	item := s.store.Get(t.key())
	if item == nil {
		return nil, t.notFound()
	}
	return item.Object.(*v1.Pod), nil
}
