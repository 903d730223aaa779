package filestream

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
)

// appendText appends to a file, which is made when it is not there.
func appendText(t testing.TB, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSourceContract(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in.txt")
	lines := 0
	connecttest.Source{
		Plugin: Source,
		Config: map[string]string{"file": name, "topic": "lines", "batch.size": "7"},
		Feed: func(t testing.TB, n int) {
			for range n {
				lines++
				appendText(t, name, fmt.Sprintf("línea %d\n", lines))
			}
		},
		Bad: []connecttest.BadSetting{{Key: "topic"}},
	}.Run(t)
}

func TestStdinContract(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	lines := 0
	connecttest.Source{
		Plugin: newSource(in),
		Config: map[string]string{"topic": "lines"},
		Feed: func(t testing.TB, n int) {
			for range n {
				lines++
				if _, err := fmt.Fprintf(out, "line %d\n", lines); err != nil {
					t.Fatal(err)
				}
			}
		},
	}.Run(t)
}

func TestSinkContract(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out.txt")
	connecttest.Sink{
		Plugin: Sink,
		Config: map[string]string{"file": name},
		Arrived: func(t testing.TB, records []connect.Record) {
			written, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				if !bytes.Contains(written, []byte("\n"+r.Value.(string)+"\n")) && !strings.HasPrefix(string(written), r.Value.(string)+"\n") {
					t.Errorf("%q is not in the file", r.Value)
				}
			}
		},
		Bad: []connecttest.BadSetting{{Key: "file", Value: filepath.Join(dir, "no", "file")}},
	}.Run(t)
}
