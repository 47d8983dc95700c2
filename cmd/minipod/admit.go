package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// runtimes gives pods with a runtime class the runtime that it stands for:
// the handler of the class, where serve keeps one of that name, or the class'
// own name. One that the engine does not have is an error.
func runtimes(ctx context.Context, e connection, pods []manifest.Pod) error {
	var problems podspec.Problems
	for i, m := range pods {
		class := m.Pod().Spec.RuntimeClassName
		if class == nil {
			continue
		}
		info, err := e.Info(ctx)
		if err != nil {
			return err
		}
		name, err := handler(ctx, e, *class)
		if err != nil {
			return err
		}
		if !slices.Contains(info.Runtimes, name) {
			problems = append(problems, m.Problem("spec.runtimeClassName",
				fmt.Sprintf("no runtime for %q is configured: the engine has %s", name, strings.Join(info.Runtimes, ", "))))
			continue
		}
		opts := m.Blueprint.Options
		opts.Runtime = name
		pods[i].Blueprint = translate.New(m.Pod(), opts)
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// confined looks whether the engine has AppArmor and SELinux for pods that ask
// for them. What that adds to their notes is a problem or a warning.
func confined(ctx context.Context, e connection, r *manifest.Reading) error {
	asks := func(m manifest.Pod) bool { return translate.AsksForSecurityModule(m.Pod()) }
	if !slices.ContainsFunc(r.Pods, asks) {
		return r.Err()
	}
	info, err := e.Info(ctx)
	if err != nil {
		return err
	}
	for i, m := range r.Pods {
		if !asks(m) {
			continue
		}
		opts := m.Blueprint.Options
		opts.NoAppArmor, opts.NoSELinux = !info.AppArmor(), !info.SELinux()
		r.Remake(i, opts)
	}
	return r.Err()
}

// accounts gives pods the imagePullSecrets of their service account, where they
// name no others, as the API server does when it takes a pod.
func accounts(ctx context.Context, e records, pods []manifest.Pod) error {
	for i, m := range pods {
		pod := m.Pod()
		if pod.Spec.ServiceAccountName == "" || len(pod.Spec.ImagePullSecrets) > 0 {
			continue
		}
		found, err := newest(ctx, e, object.Key{Resource: object.ServiceAccounts, Namespace: pod.Namespace, Name: pod.Spec.ServiceAccountName})
		if err != nil {
			return err
		}
		var account v1.ServiceAccount
		if json.Unmarshal(found.JSON, &account) == nil && len(account.ImagePullSecrets) > 0 {
			pod.Spec.ImagePullSecrets = account.ImagePullSecrets
			pods[i].Blueprint = translate.New(pod, m.Blueprint.Options)
		}
	}
	return nil
}

// handler is the runtime that a class stands for.
func handler(ctx context.Context, e records, class string) (string, error) {
	found, err := newest(ctx, e, object.Key{Resource: object.RuntimeClasses, Name: class})
	if err != nil {
		return "", err
	}
	var kept nodev1.RuntimeClass
	if json.Unmarshal(found.JSON, &kept) == nil && kept.Handler != "" {
		return kept.Handler, nil
	}
	return class, nil
}
