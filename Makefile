# make demo    the main job, on a machine with nothing but git, make and Go
# make test    every test
# make help    the rest
.DEFAULT_GOAL := build

# The same program everywhere, whether or not the machine has a C compiler.
export CGO_ENABLED = 0

# One way of compiling, for scripts and for tests that build programs too: with
# others, each package is compiled once for each of them.
export GOFLAGS := $(shell go env GOFLAGS 2>/dev/null) -trimpath

# Tests wait for the engine more than they work: two at once for each core.
TESTFLAGS ?= -timeout 20m -parallel $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))

.PHONY: help demo test podman check bench bench-serve bench-supervise soak crash conformance build pause engine images stand-ins registry clean

help: ## say what the targets are
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# The images are made while the program is compiled: the one waits for the
# network and for disks, the other for processors.
demo: engine ## run the walk-through pod and show what it is made of
	@$(MAKE) --no-print-directory -j 2 stand-ins build
	@hack/demo

# -count=1: the engine is not among what go test knows to have changed. -p 1: they
# share it, and the server under test keeps every pod there is. The others are
# compiled and run side by side, and find no engine.
USE_ENGINE = ./cmd/minipod ./runtime/docker ./runtime/pause
test: images registry ## run every test, on a real engine; FLAGS=-vet=off leaves vet to make check
	cd hack/conformance && go test ./...
	status=0; \
	DOCKER_HOST=unix:///none go test -count=1 $(TESTFLAGS) $(FLAGS) $$(go list ./... | grep -vxF "$$(go list $(USE_ENGINE))") || status=1; \
	go test -count=1 -p 1 $(TESTFLAGS) $(FLAGS) $(USE_ENGINE) || status=1; \
	exit $$status

podman: ## the contract of engines and the life of a pod, on Podman
	# One clause is Docker's alone: Podman 4 cannot look into a volume before its pause
	# runs, so there a volume is filled once more when it does.
	hack/podman go test -count=1 -p 1 $(FLAGS) -run 'TestEngineKeepsTheContract|TestScripts/life$$' -skip 'TestEngineKeepsTheContract/a_volume_holds_what_it_was_filled_with_last' ./runtime/docker ./cmd/minipod

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

stand-ins: # images, where the engine has been seen to
	@hack/images

registry: ## see to the registry that the tests of pulls start
	@hack/registry

clean: ## remove what build made
	rm -rf bin
