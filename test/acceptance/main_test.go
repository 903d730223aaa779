package acceptance

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/millrace/millrace/internal/cli"
)

// TestMain lets the test binary be the program as well, with connectors that
// misbehave.
func TestMain(m *testing.M) {
	program := func() { os.Exit(cli.Main(os.Args, cli.System(), unrulyPlugins()...)) }
	testscript.Main(m, map[string]func(){
		"millrace": program, "connect-standalone": program, "connect-standalone.sh": program,
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		Setup:               setUp,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start":   start,
			"signal":  signalProcess,
			"ended":   ended,
			"port":    port,
			"occupy":  occupy,
			"free":    free,
			"broker":  broker,
			"bucket":  bucket,
			"produce": produce,
			"worker":  worker,
			"fill":    fill,
			"lines":   lines,
			"append":  appendTo,
			"call":    call,
			"await":   await,
			"objects": objects,
			"same":    same,
		},
	})
}

// setUp keeps the machine's own AWS settings out of the scripts.
func setUp(env *testscript.Env) error {
	env.Setenv("AWS_ACCESS_KEY_ID", "acceptance")
	env.Setenv("AWS_SECRET_ACCESS_KEY", "acceptance-key")
	env.Setenv("AWS_REGION", "us-east-1")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Values[processes{}] = map[string]*process{}
	return nil
}
