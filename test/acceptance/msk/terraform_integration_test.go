//go:build integration

package msk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/prerequisite"
)

const (
	terraformName   = "terraform" // in MILLRACE_REQUIRE
	pluginDirEnv    = "TF_PLUGIN_DIR"
	terraformWindow = 3 * time.Minute // of one command
)

// terraform is a directory with a configuration.
type terraform struct {
	*stage
	program, dir string
	env          []string
}

// newTerraform needs the program, and a mirror of the provider: nothing is downloaded.
func newTerraform(t *testing.T) *terraform {
	t.Helper()
	program, err := exec.LookPath(terraformName)
	if err != nil {
		prerequisite.Missing(t, terraformName, err)
	}
	mirror := os.Getenv(pluginDirEnv)
	if mirror == "" {
		prerequisite.Missing(t, terraformName, errors.New(pluginDirEnv+" does not name a mirror with the provider hashicorp/aws"))
	}
	p := newPlane(t)
	f := &terraform{&stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}, program, filepath.Join(p.dir, "terraform"), nil}
	f.createTopic(t, "tf-one")
	f.createTopic(t, "tf-two")
	f.appendLines(t, "tf-fixed.txt", "a")
	if err := os.Mkdir(f.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	main, err := os.ReadFile(filepath.Join("testdata", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	f.write("main.tf", string(main))
	f.write("terraformrc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
	f.env = p.clientEnv("TF_CLI_CONFIG_FILE="+filepath.Join(f.dir, "terraformrc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"GOGC=400", // the provider collects garbage for seconds at each start
		"TF_VAR_endpoint="+p.url, "TF_VAR_bootstrap="+p.bootstrap, "TF_VAR_bucket="+bucket, "TF_VAR_key="+pluginKey, "TF_VAR_dir="+p.dir)
	return f
}

func (f *terraform) write(name, text string) {
	f.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o600); err != nil {
		f.Fatal(err)
	}
}

// run runs a command that must succeed, and returns what it prints. Terraform passes an
// interrupt on to its providers, so that none is left when the time is up.
func (f *terraform) run(command string, args ...string) string {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.Context(), terraformWindow)
	defer cancel()
	cmd := exec.CommandContext(ctx, f.program, append([]string{command}, args...)...)
	cmd.Dir, cmd.Env = f.dir, f.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopGrace
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.Fatalf("terraform %s %v: %v\n%s", command, args, err, out)
	}
	f.Logf("terraform %s %v took %.1f s", command, args, time.Since(begin).Seconds())
	return string(out)
}

// apply applies the configuration and checks what Terraform says it has done.
func (f *terraform) apply(want string, args ...string) {
	f.Helper()
	out := f.run("apply", append([]string{"-auto-approve", "-input=false", "-no-color"}, args...)...)
	if !strings.Contains(out, "Resources: "+want) {
		f.Errorf("apply %v: want %s in\n%s", args, want, out)
	}
}

// planNothing checks that there is nothing to do: with -detailed-exitcode the status is 2
// when there is.
func (f *terraform) planNothing(args ...string) {
	f.Helper()
	f.run("plan", append([]string{"-detailed-exitcode", "-input=false", "-no-color"}, args...)...)
}

// TestTerraform goes through the life of all resources of the provider.
func TestTerraform(t *testing.T) {
	t.Parallel()
	f := newTerraform(t)
	f.run("init", "-input=false", "-no-color")
	f.apply("4 added, 0 changed, 0 destroyed")
	f.awaitValues("tf-one", "a")
	f.planNothing()

	changes := []string{"-var=workers=2", "-var=topic=tf-two", "-var=env=two"}
	f.apply("0 added, 2 changed, 0 destroyed", changes...)
	f.planNothing(changes...)
	f.appendLines(t, "tf-fixed.txt", "b")
	f.awaitValues("tf-two", "b")

	f.importAll(changes)
	f.run("destroy", append([]string{"-auto-approve", "-input=false", "-no-color", "-refresh=false", "-state=" + importedState}, changes...)...)
	f.isEmpty()
}

const importedState = "imported.tfstate"

// importAll imports what there is into another, empty state. Nothing may differ.
func (f *terraform) importAll(args []string) {
	f.Helper()
	var outputs struct {
		ARNs struct{ Value map[string]string }
		Same struct{ Value bool } `json:"looked_up"`
	}
	if err := json.Unmarshal([]byte(f.run("output", "-json")), &outputs); err != nil || !outputs.Same.Value || len(outputs.ARNs.Value) != 4 {
		f.Fatalf("outputs %+v, %v", outputs, err)
	}
	var blocks strings.Builder
	for address, arn := range outputs.ARNs.Value {
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", address, arn)
	}
	f.write("import.tf", blocks.String())
	f.apply("4 imported, 0 added, 0 changed, 0 destroyed", slices.Concat([]string{"-state=" + importedState}, args)...)
}

func (f *terraform) isEmpty() {
	f.Helper()
	connectors, err := f.sdk.ListConnectors(f.Context(), &kafkaconnect.ListConnectorsInput{})
	if err != nil || len(connectors.Connectors) > 0 {
		f.Errorf("connectors %+v, %v", connectors, err)
	}
	plugins, err := f.sdk.ListCustomPlugins(f.Context(), &kafkaconnect.ListCustomPluginsInput{})
	if err != nil || slices.ContainsFunc(plugins.CustomPlugins, func(p types.CustomPluginSummary) bool { return *p.Name == "tf-files" }) {
		f.Errorf("plugins %+v, %v", plugins, err)
	}
}
