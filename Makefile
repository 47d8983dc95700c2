# make demo    the main job, on a machine with nothing but git, make and Go
# make test    every test
# make help    the rest
.DEFAULT_GOAL := build

# The same program everywhere, whether or not the machine has a C compiler.
export CGO_ENABLED = 0

# Tests wait for the engine more than they work: two at once for each core.
TESTFLAGS ?= -timeout 20m -parallel $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))

.PHONY: help demo test podman check bench bench-serve bench-supervise soak crash conformance build pause engine images clean

help: ## say what the targets are
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: images build ## run the walk-through pod and show what it is made of
	@hack/demo

# -count=1: the engine is not among what go test knows to have changed. -p 1: they
# share it, and the server under test keeps every pod there is.
test: images ## run every test, on a real engine
	cd hack/conformance && go test ./...
	go test -count=1 -p 1 $(TESTFLAGS) ./...

podman: ## the contract of engines and the life of a pod, on Podman
	# One clause is Docker's alone: Podman 4 cannot look into a volume before its pause
	# runs, so there a volume is filled once more when it does.
	hack/podman go test -count=1 -p 1 -run 'TestEngineKeepsTheContract|TestScripts/life$$' -skip 'TestEngineKeepsTheContract/a_volume_holds_what_it_was_filled_with_last' ./runtime/docker ./cmd/minipod

check: ## formatting, vet, staticcheck, shellcheck, tidy modules, the pause program, docs/commands
	@hack/check

bench: images build ## compare run with docker commands and with the bare API
	go run ./hack/bench

bench-serve: images build ## measure serve with a hundred pods: listing, watching, memory
	go run ./hack/bench serve

bench-supervise: images build ## measure a supervisor with a hundred pods: cost, reaction
	go run ./hack/bench supervise

soak: images build ## run and remove pods two hundred at once; FLAGS="--for 1m --seed N"
	go run ./hack/soak $(FLAGS)

crash: engine ## kill an engine of its own and look what becomes of its pods
	hack/crash

conformance: engine ## Kubernetes' own tests; FOCUS=regexp runs a part, FLAGS=--quick what CI runs
	FOCUS='$(FOCUS)' hack/conformance/run $(FLAGS)

build: ## build bin/minipod
	go build -trimpath -ldflags '-s -w' -o bin/minipod ./cmd/minipod

pause: ## rebuild the pause program from its source
	runtime/pause/build.sh

engine: ## see to it that a Docker Engine answers
	@hack/engine

images: engine ## make stand-ins for the images the manifests name
	@hack/images
	@hack/registry

clean: ## remove what build made
	rm -rf bin
