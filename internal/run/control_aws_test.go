package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/logs"
)

func TestRolesOption(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/r"
	for _, c := range []struct {
		name, file string
		assume     bool
		serves     bool
		problem    string
	}{
		{"neither", "", false, false, ""},
		{"assume", "", true, true, ""},
		{"file", role + " ID:topsecret", false, true, ""},
		{"wrong file", role + " ID:topsecret\nID:topsecret", false, false, "line 2 is not of the form"},
		{"no such file", "none", false, false, "--roles: "},
	} {
		o := ControlOptions{Data: t.TempDir(), AssumeRoles: c.assume}
		if c.file != "" {
			o.Roles = filepath.Join(o.Data, "file")
		}
		if c.file != "" && c.file != "none" {
			if err := os.WriteFile(o.Roles, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p := &controlPlane{}
		got, err := p.openRoles(o, logs.New(logs.Settings{Out: t.Output()}))
		if c.problem == "" && err != nil || c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), "topsecret")) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (got != nil) != c.serves {
			t.Errorf("%s: %v", c.name, got)
		}
		if err := p.close(false); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
