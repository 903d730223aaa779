package run

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		file, id, secret string // file "" for none; the other two in the environment
		noAuth           bool
		listen           string
		want             map[string]string
		err              string
	}{
		"lines":                {file: "# keys\nA:B\n\n C : D:E \n", want: map[string]string{"A": "B", "C": "D:E"}},
		"credentials":          {file: "[one]\naws_access_key_id = A\naws_secret_access_key=B=\naws_session_token = x\nregion = r\n[two]\naws_access_key_id=C\naws_secret_access_key=D\n", want: map[string]string{"A": "B=", "C": "D"}},
		"nonsense":             {file: "A:B\nsomething\n", err: "line 2 is neither KEY_ID:SECRET nor"},
		"no secret":            {file: "A:\n", err: "line 1"},
		"empty":                {file: "# none\n", err: "there is no key in it"},
		"environment":          {id: "A", secret: "B", want: map[string]string{"A": "B"}},
		"half":                 {id: "A", err: "there is no key to check signatures with"},
		"nothing":              {err: "--no-auth"},
		"no auth":              {noAuth: true, listen: "127.0.0.1:1"},
		"no auth 6":            {noAuth: true, listen: "[::1]:1"},
		"no auth, by name":     {noAuth: true, listen: "localhost:1"},
		"no auth, everywhere":  {noAuth: true, listen: ":1", err: "only this machine reaches"},
		"no auth, elsewhere":   {noAuth: true, listen: "192.168.0.1:1", err: "only this machine reaches"},
		"no auth, other names": {noAuth: true, listen: "host:1", err: "only this machine reaches"},
		"no auth, no port":     {noAuth: true, listen: "127.0.0.1", err: "only this machine reaches"},
	} {
		t.Setenv("AWS_ACCESS_KEY_ID", c.id)
		t.Setenv("AWS_SECRET_ACCESS_KEY", c.secret)
		o := ControlOptions{NoAuth: c.noAuth, Listen: c.listen}
		if c.file != "" {
			o.Keys = filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(o.Keys, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := o.secrets()
		text := ""
		if err != nil {
			text = err.Error()
		}
		if !maps.Equal(got, c.want) || (c.err == "") != (err == nil) || !strings.Contains(text, c.err) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	o := ControlOptions{Keys: filepath.Join(t.TempDir(), "none")}
	if _, err := o.secrets(); err == nil || !strings.Contains(err.Error(), "--keys") {
		t.Errorf("missing file: %v", err)
	}
}

func TestControlChecksItsOptions(t *testing.T) {
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	badRoles := filepath.Join(t.TempDir(), "roles")
	if err := os.WriteFile(badRoles, []byte("arn:aws:iam::123456789012:role/x K:hidden more\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*ControlOptions)
		err    string
	}{
		"good":          {func(*ControlOptions) {}, ""},
		"good endpoint": {func(o *ControlOptions) { o.S3Endpoint = "https://s3.example.com/base" }, ""},
		"no port":       {func(o *ControlOptions) { o.Listen = "127.0.0.1" }, "--listen needs HOST:PORT"},
		"no directory":  {func(o *ControlOptions) { o.Data = "" }, "--data"},
		"keys of those who sign, though nobody must": {func(o *ControlOptions) { o.NoAuth, o.Keys = true, "keys" }, ""},
		"account":           {func(o *ControlOptions) { o.Account = "abc" }, "--account"},
		"region":            {func(o *ControlOptions) { o.Region = "US EAST" }, "--region"},
		"workers":           {func(o *ControlOptions) { o.MaxWorkers = -1 }, "--max-workers"},
		"endpoint, no URL":  {func(o *ControlOptions) { o.S3Endpoint = "127.0.0.1:9000" }, "http://HOST:PORT"},
		"endpoint, scheme":  {func(o *ControlOptions) { o.S3Endpoint = "ftp://host" }, "http://HOST:PORT"},
		"endpoint, login":   {func(o *ControlOptions) { o.S3Endpoint = "http://u:hidden@host" }, "cannot be a user"},
		"roles, none":       {func(o *ControlOptions) { o.Roles = badRoles + ".none" }, "--roles: "},
		"roles, more words": {func(o *ControlOptions) { o.Roles = badRoles }, "line 1: there is white space"},
	} {
		o := ControlOptions{Data: "data", Listen: "127.0.0.1:0", Account: "000000000000"}
		c.change(&o)
		err := o.check()
		if (err == nil) != (c.err == "") || err != nil && (!strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestControlRegion(t *testing.T) {
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "eu-west-1")
	for given, want := range map[string]string{"": "eu-west-1", "us-west-2": "us-west-2"} {
		if got := (&ControlOptions{Region: given}).region(); got != want {
			t.Errorf("--region %q: %s", given, got)
		}
	}
}
