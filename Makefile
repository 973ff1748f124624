# `make help` lists what is here. .ci/run does all of it, in order, as CI does.

GO       ?= go
# Tools have a go.mod of their own, so that the program's stays clean; they are
# built from source on first use, which takes minutes for the linter.
TOOL     := $(GO) tool -modfile=tools/go.mod
BINARY   := bin/kintsugi
# Not baked in by -buildvcs, so that a release archive, an image and a clone
# give the same bytes for the same VERSION.
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# A download that a gate waits for in every deploy must stay small.
MAX_SIZE := 40000000
# A time for each target, or a number of inputs (20000x).
FUZZTIME ?= 10s
KILLS    ?= 1000

.DEFAULT_GOAL := help
.PHONY: help test race lint workflows bench sandbox build dist golden contract act fuzz soak clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## run every test that needs nothing but Go
	CGO_ENABLED=0 $(GO) test ./...

race: ## run the quick tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short ./...

lint: workflows ## run golangci-lint, and what looks at workflows and scripts
	$(TOOL) golangci-lint run

ACTIONLINT := $(GO) tool -modfile=tools/actionlint/go.mod actionlint -pyflakes=
SCRIPTS    := .ci/run action/*.sh tools/*.sh tools/*/*.sh

# Workflows in documents are looked at like our own, since people copy them. Last,
# what is to be found has to be found.
workflows: ## look at the workflows, the action and the scripts (better with shellcheck)
	rm -rf .cache/examples && mkdir -p .cache/examples
	cd tools/audit && $(GO) vet ./... && $(GO) test ./... && $(GO) build -o ../../.cache/audit .
	.cache/audit -write .cache/examples action.yml .github/workflows/*.yml README*.md docs/*.md docs/*/*.md
	$(ACTIONLINT) .github/workflows/*.yml .cache/examples/*.yml
	@if $(ACTIONLINT) tools/audit/testdata/bad.yml >/dev/null; then echo "actionlint finds nothing in a bad workflow"; exit 1; fi
	@if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); else echo "There is no shellcheck: no script was looked at."; fi

# Six counts are what benchstat needs to tell a change from noise. Those named
# here take in or work off tens of thousands of deliveries in one pass, which is
# long, and steady enough to be looked at once.
PASSES := ^Benchmark(Memory|Drain|Neighbour)$$

bench: ## run the benchmarks, and compare with the run before (15 minutes)
	@mkdir -p .cache
	@if [ -f .cache/bench.txt ]; then mv .cache/bench.txt .cache/bench-before.txt; fi
	$(GO) test -run '^$$' -bench . -skip '$(PASSES)' -benchmem -count 6 -timeout 60m -v ./... > .cache/bench.txt || { cat .cache/bench.txt; exit 1; }
	$(GO) test -run '^$$' -bench '$(PASSES)' -benchtime 1x -timeout 60m -v ./app/store >> .cache/bench.txt || { cat .cache/bench.txt; exit 1; }
	$(TOOL) benchstat $$(ls .cache/bench-before.txt 2>/dev/null) .cache/bench.txt
	@grep -h -B 1 -e '--- SKIP' .cache/bench.txt || true

sandbox: ## tell the story: the real app against a simulated GitHub
	$(GO) run ./app/kintsugi sandbox

COMPILE := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -tags nomsgpack -ldflags '-s -w -buildid= -X main.version=$(VERSION)'

build: ## build the static binary bin/kintsugi
	$(COMPILE) -o $(BINARY) ./app/kintsugi
	@size=$$(wc -c < $(BINARY)); echo "$(BINARY) $(VERSION): $$size bytes"; \
	if [ $$size -gt $(MAX_SIZE) ]; then echo "more than the $(MAX_SIZE) bytes allowed"; exit 1; fi

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# The same sources give the same bytes, so the checksums can be committed before
# what they are of is published.
dist: ## build what a release has, and print the lines for action/checksums.txt
	rm -rf dist && mkdir dist
	@set -e; for platform in $(PLATFORMS); do \
		os=$${platform%/*}; arch=$${platform#*/}; ending=; \
		if [ $$os = windows ]; then ending=.exe; fi; \
		GOOS=$$os GOARCH=$$arch $(COMPILE) -o dist/kintsugi_$(VERSION)_$${os}_$$arch$$ending ./app/kintsugi; \
	done
	@cd dist && sha256sum *

golden: ## rewrite the golden files; look at the diff before you commit it
	KINTSUGI_UPDATE_GOLDEN=1 $(GO) test -count 1 ./workflows/...
	KINTSUGI_UPDATE_GOLDEN=1 $(GO) test -count 1 -run 'Budget|TestNights|Notifications|TestPostmortemStory|TestFollowUpStory|TestReadingListStory' ./app/engine
	KINTSUGI_UPDATE_GOLDEN=1 $(GO) test -count 1 -run 'TestPostmortemScripts|TestReadingListScripts|TestReadinessScripts|TestReadinessCheck|TestActionInWorkflows' ./app/kintsugi
	KINTSUGI_UPDATE_GOLDEN=1 $(GO) test -count 1 -run TestCommandReference ./app/server

contract: ## fetch GitHub's description, example deliveries and a simulation (needs Node)
	tools/contract/fetch.sh

act: ## build act, which runs workflows without GitHub (a minute the first time)
	cd tools/act && CGO_ENABLED=0 $(GO) build -o ../../.cache/act/act github.com/nektos/act

fuzz: ## run each fuzz target for FUZZTIME (10s)
	@GO="$(GO)" tools/fuzz.sh $(FUZZTIME)

soak: ## kill the program KILLS (1000) times while incidents go on
	KINTSUGI_SOAK_KILLS=$(KILLS) $(GO) test -count=1 -timeout 60m -v -run '^TestSoak$$' ./app/faults

clean: ## remove everything that was built or fetched
	rm -rf bin dist .cache tools/node_modules coverage.out
