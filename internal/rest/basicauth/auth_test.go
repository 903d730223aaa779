package basicauth

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func jaas(files ...string) string {
	text := "KafkaConnect {\n"
	for _, f := range files {
		text += "  " + moduleClass + " required\n    file=\"" + f + "\";\n"
	}
	return text + "};\n"
}

func header(text string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(text))
}

func TestAdmits(t *testing.T) {
	users := write(t, "users", "# comment\nalice=wonder:land\nbob: hole\nempty=\n\\u00fcnal=\\u00fc\n")
	others := write(t, "others", "carol=x\n")
	nobody := write(t, "nobody", "# none\n")
	missing := filepath.Join(t.TempDir(), "missing")
	broken := write(t, "broken", "alice=\\u12\n")
	cases := []struct {
		name     string
		files    []string
		header   []string
		admitted bool
		err      string
	}{
		{"right", []string{users}, []string{header("alice:wonder:land")}, true, ""},
		{"scheme in another case", []string{users}, []string{strings.Replace(header("bob:hole"), "Basic", "bASIC", 1)}, true, ""},
		{"no padding", []string{users}, []string{strings.TrimRight(header("bob:hole"), "=")}, true, ""},
		{"UTF-8", []string{users}, []string{header("ünal:ü")}, true, ""},
		{"empty password", []string{users}, []string{header("empty:")}, true, ""},
		{"wrong password", []string{users}, []string{header("alice:wonder")}, false, ""},
		{"unknown user", []string{users}, []string{header("mallory:")}, false, ""},
		{"empty user", []string{users}, []string{header(":x")}, false, ""},
		{"no colon", []string{users}, []string{header("alice")}, false, ""},
		{"none", []string{users}, nil, false, ""},
		{"no space", []string{users}, []string{"Basic"}, false, ""},
		{"other scheme", []string{users}, []string{"Bearer abc"}, false, ""},
		{"twice", []string{users}, []string{header("alice:wonder:land"), header("alice:wonder:land")}, false, "Input byte array has incorrect ending byte at 24"},
		{"bad base64", []string{users}, []string{"Basic ***"}, false, "Illegal base64 character 2a"},
		{"second file", []string{users, others}, []string{header("carol:x")}, true, ""},
		{"no users", []string{nobody}, nil, true, ""},
		{"no users, bad base64", []string{nobody}, []string{"Basic !"}, false, "Input byte[] should at least have 2 bytes for base64 bytes"},
		{"missing file", []string{missing}, []string{header("alice:wonder:land")}, false, ""},
		{"broken file", []string{broken}, []string{header("alice:x")}, false, ""},
	}
	for _, c := range cases {
		var log bytes.Buffer
		a, err := Open(write(t, "jaas", jaas(c.files...)))
		if err != nil {
			t.Fatal(err)
		}
		a.Log = slog.New(slog.NewTextHandler(&log, nil))
		got, err := a.Admits(c.header)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != c.admitted || text != c.err {
			t.Errorf("%s: got %v, %v", c.name, got, err)
		}
		if trouble := c.files[0] == missing || c.files[0] == broken; trouble != strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%s: logged %q", c.name, log.String())
		}
		if strings.Contains(log.String(), "wonder") || strings.Contains(log.String(), "u12") {
			t.Errorf("%s: the log has a password: %s", c.name, log.String())
		}
	}
}

// TestFileIsReadOnce changes the file after it was read, and before.
func TestFileIsReadOnce(t *testing.T) {
	users := filepath.Join(t.TempDir(), "users")
	a, err := Open(write(t, "jaas", jaas(users)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text     string
		admitted bool
	}{{"", false}, {"alice=1", true}, {"alice=2", true}} {
		if c.text != "" {
			if err := os.WriteFile(users, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := a.Admits([]string{header("alice:1")}); got != c.admitted {
			t.Errorf("with %q: got %v", c.text, got)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	module := moduleClass + " required file=f"
	cases := []struct{ name, text, want string }{
		{"empty", "", "there is no entry KafkaConnect"},
		{"other entry", "KafkaClient { x.Y required; };", "there is no entry KafkaConnect"},
		{"no module", "KafkaConnect { };", "there is no entry KafkaConnect"},
		{"other module", "KafkaConnect { x.Ldap required url=\"secret\"; };", "the login module x.Ldap is not supported"},
		{"no file", "KafkaConnect { " + moduleClass + " required debug=true; };", "no option file"},
		{"property", "KafkaConnect { " + moduleClass + " required file=\"${user.home}/x\"; };", "a reference to a system property"},
		{"flag", "KafkaConnect { " + moduleClass + " file=f; };", "there is a text where there should be required, requisite, sufficient or optional"},
		{"cut in an entry", "KafkaConnect { " + module + ";", "the file ends where there should be a login module"},
		{"cut in a module", "KafkaConnect { " + module, "the file ends where there should be an option or ;"},
		{"cut before the value", "KafkaConnect { " + moduleClass + " required file=", "the file ends where there should be the value of the option file"},
		{"no equals sign", "KafkaConnect { " + moduleClass + " required file \"secret\"; };", "there is a text where there should be ="},
		{"no semicolon", "KafkaConnect { " + module + "; }", "the file ends where there should be ;"},
		{"no brace", "KafkaConnect " + module, "there is a text where there should be {"},
		{"sign", "; KafkaConnect", "there is a ; where there should be the name of an entry"},
		{"too large", strings.Repeat(" ", maxFile+1), "is larger than"},
	}
	for _, c := range cases {
		_, err := Open(write(t, "jaas", c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "read the JAAS file: open ") {
		t.Errorf("no file: got %v", err)
	}
}

func TestParseEntry(t *testing.T) {
	const text = `// a comment } {
/* another
   "one" */ KafkaClient { x.Y sufficient a="${b}" ; x.Z optional; };
"KafkaConnect" {
   a.B$C_d-e ReQuired file="/a b/\"c\"\\d" debug=true // end
     x='y';
};
KafkaConnect { second.One required; };`
	got, err := parseEntry(text, "KafkaConnect")
	if err != nil || len(got) != 1 || got[0].class != "a.B$C_d-e" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if o := got[0].options; len(o) != 3 || o["file"] != `/a b/"c"\d` || o["debug"] != "true" || o["x"] != "y" {
		t.Errorf("got %q", o)
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add(jaas("f"))
	f.Add("/* / // \n KafkaConnect{'")
	f.Fuzz(func(t *testing.T, text string) {
		if modules, err := parseEntry(text, "KafkaConnect"); (err == nil) != (len(modules) > 0) {
			t.Errorf("got %v, %v", modules, err)
		}
	})
}
