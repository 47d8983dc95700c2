package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"

	"github.com/minipod/minipod/hack/conformance/report"
)

// writePage writes docs/conformance.md.
func writePage(ctx context.Context, place place, run report.Run, reasons report.Reasons) error {
	versions, err := describe(ctx, place)
	if err != nil {
		return err
	}
	page := report.Page{Versions: versions, Run: run, Reasons: reasons}
	if err := os.MkdirAll(filepath.Dir(place.page()), 0o755); err != nil {
		return fmt.Errorf("make room for the page: %w", err)
	}
	if err := os.WriteFile(place.page(), []byte(page.Markdown()), 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	say("wrote %s", place.page())
	return nil
}

// describe lists what took part in the run.
func describe(ctx context.Context, place place) ([]report.Version, error) {
	api, err := place.buildOwn(ctx, "dockerapi", "./hack/dockerapi")
	if err != nil {
		return nil, err
	}
	engine, err := place.command(ctx, nil, api, "ping").Output()
	if err != nil {
		return nil, fmt.Errorf("ask the engine for its version: %w", err)
	}
	version, _, _ := strings.Cut(strings.TrimSpace(string(engine)), " at ") // where it is says nothing to readers
	kubectl, _ := findProgram("kubectl")
	return []report.Version{
		{What: "Kubernetes' tests (`e2e.test`, `agnhost`)", Version: place.versions.kubernetes.Version},
		{What: "kubectl", Version: kubectl.stamp(place.versions)},
		{What: "ginkgo", Version: place.versions.ginkgo.Version},
		{What: "engine", Version: version},
		{What: "machine", Version: fmt.Sprintf("%s/%s, %d processors", goruntime.GOOS, goruntime.GOARCH, goruntime.NumCPU())},
	}, nil
}
