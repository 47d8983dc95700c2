package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The pods of bench serve, and how many requests make and change them at a
// time.
const (
	crowd      = "minipod-bench"
	crowdPods  = "/api/v1/namespaces/" + crowd + "/pods"
	atATime    = 8
	goesWithin = 5 * time.Minute
)

// makePods makes the pods and waits until all are ready. Nothing is pulled.
func (b *serveBench) makePods(ctx context.Context) error {
	space := v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: crowd}}
	if err := b.api.do(ctx, http.MethodPost, "/api/v1/namespaces", space, nil); err != nil {
		return err
	}
	began := time.Now()
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atATime)
	for i := range b.serveOptions.pods {
		b.pods = append(b.pods, fmt.Sprintf("sleep-%03d", i))
		group.Go(func() error {
			return b.api.do(within, http.MethodPost, crowdPods, sleeper(b.pods[i]), nil)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := b.until(ctx, b.allReady); err != nil {
		return err
	}
	b.say("all pods ready after", "%.1f s", time.Since(began).Seconds())
	return nil
}

func sleeper(name string) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1.PodSpec{Containers: []v1.Container{{
			Name: "sleep", Image: "busybox", ImagePullPolicy: v1.PullIfNotPresent, Command: []string{"sleep", "36000"},
		}}},
	}
}

// removePods is clear as a stage that is measured.
func (b *serveBench) removePods(ctx context.Context) error {
	began := time.Now()
	if err := b.clear(ctx); err != nil {
		return err
	}
	b.say("all pods gone after", "%.1f s", time.Since(began).Seconds())
	return nil
}

// clear removes what makePods made, also that of a bench which was killed:
// the pods without grace, and the namespace. It returns when the engine has
// none of it.
func (b *serveBench) clear(ctx context.Context) error {
	if err := b.api.do(ctx, http.MethodDelete, crowdPods+"?gracePeriodSeconds=0", nil, nil); err != nil {
		return err
	}
	err := b.api.do(ctx, http.MethodDelete, "/api/v1/namespaces/"+crowd, nil, nil)
	if err != nil && !refused(err, http.StatusNotFound) {
		return err
	}
	return b.until(ctx, b.allGone)
}

// until asks again and again whether it is so.
func (b *serveBench) until(ctx context.Context, so func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, goesWithin)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		if done, err := so(ctx); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}

func (b *serveBench) allReady(ctx context.Context) (bool, error) {
	var list v1.PodList
	if err := b.api.do(ctx, http.MethodGet, crowdPods, nil, &list); err != nil {
		return false, err
	}
	for _, pod := range list.Items {
		if len(pod.Status.ContainerStatuses) == 0 || !pod.Status.ContainerStatuses[0].Ready {
			return false, nil
		}
	}
	return len(list.Items) == len(b.pods), nil
}

func (b *serveBench) allGone(ctx context.Context) (bool, error) {
	err := b.api.do(ctx, http.MethodGet, "/api/v1/namespaces/"+crowd, nil, nil)
	if refused(err, http.StatusNotFound) {
		return true, nil
	}
	return false, err
}

// containers are the Docker IDs of the pods' containers.
func (b *serveBench) containers(ctx context.Context) (map[string]string, error) {
	var list v1.PodList
	if err := b.api.do(ctx, http.MethodGet, crowdPods, nil, &list); err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, pod := range list.Items {
		ids[pod.Name] = strings.TrimPrefix(pod.Status.ContainerStatuses[0].ContainerID, "docker://")
	}
	return ids, nil
}

// churn changes a label of one pod after the other.
func (b *serveBench) churn(ctx context.Context) error {
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(min(atATime, len(b.pods)))
	for i := range b.patches {
		group.Go(func() error {
			return b.patch(ctx, b.pods[i%len(b.pods)], fmt.Sprint(i))
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	b.say(fmt.Sprintf("%d changes of labels", b.patches), "%.0f a second", float64(b.patches)/time.Since(began).Seconds())
	return nil
}

func (b *serveBench) patch(ctx context.Context, pod, value string) error {
	body := map[string]any{"metadata": map[string]any{"labels": map[string]string{"change": value}}}
	return b.api.do(ctx, http.MethodPatch, crowdPods+"/"+pod, body, nil)
}
