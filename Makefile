# Keyward: run it, prove it, measure it. `make` alone says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The port of `make run`.
PORT ?= 8080
# How long `make bench` measures: ROUNDS rounds of SECONDS seconds for each server.
ROUNDS ?= 5
SECONDS ?= 4

# What `make bench` needs of Debian; no service is started or enabled.
COMPARATORS := scripts/packages --without-services wrk:wrk nginx-light:nginx haproxy:haproxy lighttpd:lighttpd \
    gcc:cc libc6-dev:/usr/include/stdio.h openssl:openssl python3:python3

# An import that Package.swift does not declare is an error here, not a warning.
BUILD := swift build --explicit-target-dependency-import-check error
SWIFT := Package.swift Sources Tests Fuzz Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Vault Benchmarks/Store

# A secret must arrive as it was typed: make never expands it, and no shell reads it as text. (What make cuts off itself is
# a blank in front of a value on its command line; `VALUE=" x" make rotate` keeps that too.)
unexport VALUE

.PHONY: help packages build release image run rotate test test-cluster test-asan test-tsan fuzz soak idle bench bench-vault bench-alike bench-wire bench-calls bench-instructions startup-order bench-store format lint clean

help: ## List the targets, each with a sentence.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

packages: ## Install the Debian packages that a build needs, if any is missing.
	@scripts/packages pkg-config:pkg-config curl:curl \
	    libssl-dev:/usr/include/openssl/ssl.h zlib1g-dev:/usr/include/zlib.h

build: packages ## Build the release binary with a static Swift runtime: .build/release/keyward.
	scripts/optimized --product keyward

release: build ## Pack a release into .build/dist: the program, configuration, cluster files, documentation, licences of what is linked.
	@scripts/release

image: build ## Build docker/Dockerfile into .build/image by buildah, without a container engine; takes root and Debian.
	@scripts/image

run: packages ## Build (debug, the quicker build), lay out the tutorial's secret volume, and serve it on port 8080 (or PORT=9000).
	@echo "Building keyward (debug; the first build takes a few minutes)."
	$(BUILD) --product keyward
	@scripts/tutorial prepare
	@scripts/tutorial lines $(PORT)
	@exec .build/debug/keyward serve --host 127.0.0.1 --port $(PORT) \
	    --vault-config .tutorial/vault-config.json --store .tutorial/data

rotate: export NEW_SECRET = $(value VALUE)
rotate: ## Swap the tutorial's secret as Kubernetes does: make rotate VALUE=new-secret-value.
	@$(if $(value VALUE),,$(error say the new secret: make rotate VALUE=new-secret-value))
	@$(if $(wildcard .tutorial/azure-secrets/..data),,$(error there is no tutorial volume yet: `make run` lays it out))
	@printf '%s' "$$NEW_SECRET" | scripts/publish .tutorial/azure-secrets client-secret
	@echo "The volume holds the new secret; it counts from the next request."

test: packages ## Prove everything: the import graph, then every unit, style and integration test.
	@scripts/packages --without-services openssl:openssl python3:python3 wrk:wrk gzip:gzip e2fsprogs:mkfs.ext4 xfsprogs:mkfs.xfs
	@scripts/clients
	$(BUILD) --build-tests
	@scripts/test

test-cluster: build ## Prove image, release and the files for a cluster, without one: by schemas, policies, stand-ins, kubelet played, and the runbook fault by fault (10 min).
	@scripts/packages --without-services python3:python3 shellcheck:shellcheck openssl:openssl bubblewrap:bwrap \
	    curl:curl jq:jq strace:strace prometheus:promtool
	@scripts/venv Tests/Cluster/requirements.txt .build/cluster-venv
	$(BUILD) --product keyward
	@scripts/image || [[ $$? -eq 77 ]]
	@Tests/Cluster/run

test-asan: packages ## Run the tests, and the keyward they start, under the address and leak sanitizer: 20 minutes at most.
	@scripts/sanitized address

test-tsan: packages ## Run the tests, and the keyward they start, under the thread sanitizer: 20 minutes at most.
	@scripts/sanitized thread

fuzz: SECONDS = 60
fuzz: packages ## Look for inputs that break a reader's invariant, SECONDS=60 for each of the seven; what is found becomes a test.
	@Fuzz/run --seconds $(SECONDS)

soak: packages ## Swap secrets under load, cut the store's simulated and real power, kill the server 500 times: 45 min at most. Nothing may be wrong.
	@scripts/packages --without-services e2fsprogs:mkfs.ext4 xfsprogs:mkfs.xfs
	$(BUILD) --build-tests
	KEYWARD_SOAK=1 timeout 15m swift test --skip-build --filter StormTests
	KEYWARD_SOAK=1 timeout 10m swift test --skip-build --filter 'SimulationTests|EveryCallTests'
	KEYWARD_SOAK=1 timeout 20m swift test --skip-build --filter 'CrashTests|PowerCutTests'

idle: build ## Hold 10,000 idle connections open to the release binary, which must take less than 40 MB.
	$(BUILD) --build-tests
	KEYWARD_BINARY=$(CURDIR)/.build/release/keyward swift test --skip-build --filter IdleConnectionsTests

bench: packages ## Measure an authenticated read beside other servers and a bare loop in C (3 min; ROUNDS=5 SECONDS=4).
	@$(COMPARATORS)
	@Benchmarks/run --rounds $(ROUNDS) --seconds $(SECONDS)

bench-vault: packages ## Measure what a look at a secret's file costs beside the stat in it, and count system calls.
	@scripts/packages valgrind:valgrind strace:strace python3:python3
	scripts/optimized --product vault-bench
	scripts/optimized --product keyward
	@Benchmarks/vault-costs

bench-alike: packages ## Measure whether every kind of denial takes equally long (2,000 requests a kind; three minutes).
	@scripts/packages --without-services python3:python3
	@Benchmarks/alike

bench-wire: ROUNDS = 3
bench-wire: SECONDS = 3
bench-wire: packages ## Measure other loads: 1 and 256 connections, pipelining, POST, TLS, two cores (10 min; ROUNDS=3 SECONDS=3).
	@$(COMPARATORS)
	@Benchmarks/run --rounds $(ROUNDS) --seconds $(SECONDS) --scenarios $(or $(SCENARIOS),wire)

bench-calls: packages ## Prove that keyward and the bare loop in C do the same system calls for an authenticated read.
	@scripts/packages strace:strace gcc:cc libc6-dev:/usr/include/stdio.h python3:python3
	@Benchmarks/calls

bench-instructions: packages ## Count the instructions of a request, and refuse 3 % above the baseline (UPDATE=1 rewrites it).
	@scripts/packages valgrind:valgrind python3:python3
	@Benchmarks/instructions $(if $(UPDATE),--update)

startup-order: packages ## List anew the functions that run at a start, which the linker puts side by side (scripts/startup-order.txt).
	@scripts/packages valgrind:valgrind python3:python3
	@Benchmarks/startup-order

bench-store: ROUNDS = 5
bench-store: SECONDS = 2
bench-store: packages ## Measure the JSON file store: writers, a start, look-ups, an authentication (10 min; PARTS=writers,start).
	@scripts/packages valgrind:valgrind python3:python3 gcc:cc libc6-dev:/usr/include/stdio.h libsqlite3-dev:/usr/include/sqlite3.h
	@Benchmarks/store-costs --rounds $(ROUNDS) --seconds $(SECONDS) $(if $(PARTS),--parts $(PARTS)) $(if $(FOLDER),--folder $(FOLDER))

format: ## Format the Swift code in place.
	swift format --in-place --recursive $(SWIFT)

lint: ## Refuse Swift code that `make format` would change.
	swift format lint --strict --recursive $(SWIFT)

clean: ## Remove what was built, not the tutorial's store and volume (.tutorial).
	rm -rf .build .build-asan .build-tsan .build-fuzz Benchmarks/.build
