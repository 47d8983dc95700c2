package apiserver

import (
	"context"
	"fmt"
	"net/http"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

const metricsGroup = "metrics.k8s.io"

// metricsVersion is the API that kubectl top reads.
var metricsVersion = schema.GroupVersion{Group: metricsGroup, Version: "v1beta1"}

// podMetrics is PodMetrics of metrics.k8s.io/v1beta1.
type podMetrics struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Timestamp         metav1.Time        `json:"timestamp"`
	Window            metav1.Duration    `json:"window"`
	Containers        []containerMetrics `json:"containers"`
}

type containerMetrics struct {
	Name  string          `json:"name"`
	Usage v1.ResourceList `json:"usage"`
}

// nodeMetrics is NodeMetrics of metrics.k8s.io/v1beta1.
type nodeMetrics struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Timestamp         metav1.Time     `json:"timestamp"`
	Window            metav1.Duration `json:"window"`
	Usage             v1.ResourceList `json:"usage"`
}

type metricsList[T any] struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []T `json:"items"`
}

// metrics answers [namespaces/NS/]pods[/NAME] and nodes[/NAME], measured now.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request, segments []string) error {
	if r.Method != http.MethodGet {
		return apierrors.NewMethodNotSupported(schema.GroupResource{Group: metricsGroup, Resource: segments[0]}, r.Method)
	}
	namespace, name := "", ""
	if segments[0] == "namespaces" && len(segments) > 2 {
		namespace, segments = segments[1], segments[2:]
	}
	if len(segments) > 1 {
		name = segments[1]
	}
	k := s.kinds.Lookup(schema.GroupVersion{Version: "v1"}, segments[0])
	if k == nil || len(segments) > 2 {
		return nowhere(r)
	}
	t := target{kind: k, namespace: namespace, name: name}
	if err := s.permit(r, "list", t); err != nil {
		return err
	}
	for _, one := range s.measures() {
		if one.plural == k.Resource() {
			return one.serve(w, r, t)
		}
	}
	return nowhere(r)
}

// measure is a kind of metrics.
type measure struct {
	plural, kind string
	namespaced   bool
	serve        handler
}

// measures are all kinds of metrics, in the order in which discovery lists them.
func (s *Server) measures() []measure {
	return []measure{
		{plural: kind.Nodes, kind: "NodeMetrics", serve: s.serveNodeMetrics},
		{plural: kind.Pods, kind: "PodMetrics", namespaced: true, serve: s.servePodMetrics},
	}
}

func (s *Server) serveNodeMetrics(w http.ResponseWriter, r *http.Request, t target) error {
	selection, err := selectionOf(r, t)
	if err != nil {
		return err
	}
	items, err := s.nodeMetrics(r.Context(), selection)
	if err != nil {
		return err
	}
	return measured[nodeMetrics]{"NodeMetrics", t.name, items}.answer(s, w)
}

func (s *Server) servePodMetrics(w http.ResponseWriter, r *http.Request, t target) error {
	selection, err := selectionOf(r, t)
	if err != nil {
		return err
	}
	items, err := s.podMetrics(r.Context(), selection)
	if err != nil {
		return err
	}
	return measured[podMetrics]{"PodMetrics", t.name, items}.answer(s, w)
}

// measured is an answer: of the one with the name, or without a name all items.
type measured[T any] struct {
	kind, name string
	items      []T
}

func (m measured[T]) answer(s *Server, w http.ResponseWriter) error {
	switch {
	case m.name == "":
		kind := metav1.TypeMeta{Kind: m.kind + "List", APIVersion: metricsVersion.String()}
		s.answer(w, http.StatusOK, metricsList[T]{TypeMeta: kind, Items: m.items})
	case len(m.items) == 0:
		return apierrors.NewNotFound(schema.GroupResource{Group: metricsGroup, Resource: m.kind}, m.name)
	default:
		s.answer(w, http.StatusOK, m.items[0])
	}
	return nil
}

func (s *Server) podMetrics(ctx context.Context, selection selection) ([]podMetrics, error) {
	usage, err := s.Usage.PodUsage(ctx, selection.namespace)
	if err != nil {
		return nil, fmt.Errorf("measure the pods: %w", err)
	}
	byUID := map[types.UID]PodUsage{}
	for _, one := range usage {
		byUID[one.UID] = one
	}
	all := []podMetrics{}
	items, _ := s.store.List(kind.Pods, selection.namespace)
	for _, item := range items {
		now, ok := byUID[item.Object.GetUID()]
		if !ok || !selection.has(item) {
			continue
		}
		one := podMetrics{
			TypeMeta:   metav1.TypeMeta{Kind: "PodMetrics", APIVersion: metricsVersion.String()},
			ObjectMeta: s.metricsMeta(item), Timestamp: stamp(now.Time), Window: metav1.Duration{Duration: now.Window},
		}
		for _, container := range now.Containers {
			one.Containers = append(one.Containers, containerMetrics{Name: container.Name, Usage: usageOf(container)})
		}
		all = append(all, one)
	}
	return all, nil
}

func (s *Server) nodeMetrics(ctx context.Context, selection selection) ([]nodeMetrics, error) {
	all := []nodeMetrics{}
	item := s.store.Get(s.nodes.key())
	if !selection.has(item) {
		return all, nil
	}
	now, err := s.Usage.NodeUsage(ctx)
	if err != nil {
		return nil, fmt.Errorf("measure the node: %w", err)
	}
	for _, container := range now.Containers {
		all = append(all, nodeMetrics{
			TypeMeta:   metav1.TypeMeta{Kind: "NodeMetrics", APIVersion: metricsVersion.String()},
			ObjectMeta: s.metricsMeta(item), Timestamp: stamp(now.Time), Window: metav1.Duration{Duration: now.Window},
			Usage: usageOf(container),
		})
	}
	return all, nil
}

func (s *Server) metricsMeta(item *store.Item) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: item.Object.GetName(), Namespace: item.Object.GetNamespace(), Labels: item.Object.GetLabels(),
		CreationTimestamp: metav1.NewTime(s.Now()).Rfc3339Copy(),
	}
}

func stamp(t time.Time) metav1.Time { return metav1.NewTime(t).Rfc3339Copy() }

func usageOf(c ContainerUsage) v1.ResourceList {
	return v1.ResourceList{
		v1.ResourceCPU:    *resource.NewScaledQuantity(c.CPU, resource.Nano),
		v1.ResourceMemory: *resource.NewQuantity(c.Memory, resource.BinarySI),
	}
}
