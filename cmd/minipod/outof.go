package main

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/engine"
)

// tooLarge are the pods that ask for more than the engine's machine has. A node
// would not take them; here the machine is not shared out, so they run.
func tooLarge(ctx context.Context, e connection, pods []manifest.Pod) (podspec.Problems, error) {
	var problems podspec.Problems
	for _, m := range pods {
		asked := resourcehelper.PodRequests(m.Pod(), resourcehelper.PodResourcesOptions{})
		if modest(asked) {
			continue
		}
		info, err := e.Info(ctx)
		if err != nil {
			return nil, err
		}
		for _, text := range outOf(asked, info) {
			problems = append(problems, m.Problem("spec", text))
		}
	}
	return problems, nil
}

// modest reports whether any machine has what is asked for, so that the
// engine need not be asked.
func modest(asked v1.ResourceList) bool {
	return asked.Cpu().Cmp(resource.MustParse("1")) <= 0 && asked.Memory().Cmp(resource.MustParse("512Mi")) <= 0
}

// outOf says what is asked for that the machine does not have.
func outOf(asked v1.ResourceList, info engine.Info) []string {
	var texts []string
	say := func(name, has, reason string, wants *resource.Quantity) {
		texts = append(texts, fmt.Sprintf("its requests are %s of %s, and the engine's machine has %s: a node of that size would reject it (%s); here it runs", wants, name, has, reason))
	}
	if has := resource.NewQuantity(int64(info.CPUs), resource.DecimalSI); info.CPUs > 0 && asked.Cpu().Cmp(*has) > 0 {
		say("cpu", has.String(), "OutOfcpu", asked.Cpu())
	}
	if has := resource.NewQuantity(info.Memory, resource.BinarySI); info.Memory > 0 && asked.Memory().Cmp(*has) > 0 {
		say("memory", has.String(), "OutOfmemory", asked.Memory())
	}
	return texts
}
