package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestLogFormat(t *testing.T) {
	for _, test := range []struct {
		env, args string
		json      bool
		err       string
	}{
		{"", "", false, ""},
		{"", "--log-format json", true, ""},
		{"json", "", true, ""},
		{"json", "--log-format text", false, ""},
		{"xml", "", false, `MILLRACE_LOG_FORMAT: there is no log format "xml"; choose text or json`},
		{"xml", "--log-format=json", true, ""},
		{"", "--log-format JSON", false, `there is no log format "JSON"; choose text or json`},
	} {
		t.Setenv(logFormatVariable, test.env)
		got := false
		c := &cobra.Command{Use: "x", SilenceErrors: true, SilenceUsage: true}
		asJSON := addLogFormat(c)
		c.RunE = func(*cobra.Command, []string) (err error) {
			got, err = asJSON()
			return err
		}
		c.SetArgs(strings.Fields(test.args))
		c.SetErr(&bytes.Buffer{})
		err := c.Execute()
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) || got != test.json {
			t.Errorf("%s=%q %s: json is %v, %v", logFormatVariable, test.env, test.args, got, err)
		}
	}
}
