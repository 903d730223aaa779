# Short names for commands that also work without make.

.PHONY: build check test bench demo fmt licences clean

build: ## the binary, in this directory
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o millrace ./cmd/millrace

check: ## everything that CI checks
	go run ./tools/check

test: ## the tests beside the code
	go test ./...

bench: ## the benchmarks beside the code
	go test -run '^$$' -bench . -benchmem ./connect/... ./internal/... ./plugins/...

demo: ## a broker, a worker and connectors on this machine
	go run ./cmd/millrace dev --demo

fmt:
	go tool gofumpt -w .

licences: ## what must go with a binary that is given away
	go run ./tools/licences -texts > THIRD_PARTY_LICENCES

clean:
	rm -rf millrace dist THIRD_PARTY_LICENCES
