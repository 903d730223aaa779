package login

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
)

func TestParseJaas(t *testing.T) {
	for _, test := range []struct {
		text    string
		class   string
		options map[string]string
	}{
		{`a.b.PlainLoginModule required username="alice" password="s e;c=r'e\"t" ;`, "a.b.PlainLoginModule", map[string]string{"username": "alice", "password": `s e;c=r'e"t`}},
		{"M required;", "M", map[string]string{}},
		{"M Sufficient a = b\n\tc='d\"e';", "M", map[string]string{"a": "b", "c": `d"e`}},
		{`M required a="tab\tnl\nback\\slash\101\0x";`, "M", map[string]string{"a": "tab\tnl\nback\\slashA\x00x"}},
		{`M required n=10 url="https://h/p" dash-ed_key.x="ü";`, "M", map[string]string{"n": "10", "url": "https://h/p", "dash-ed_key.x": "ü"}},
		{"/* note */ M required // rest\n a=\"1\"; /* end */", "M", map[string]string{"a": "1"}},
		{`M required a="";`, "M", map[string]string{"a": ""}},
	} {
		m, err := parseJaas(test.text)
		if err != nil || m.class != test.class || !maps.Equal(m.options, test.options) {
			t.Errorf("%s:\n got %s %q %v\nwant %s %q", test.text, m.class, m.options, err, test.class, test.options)
		}
	}
}

func TestParseJaasErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "Login module not specified in JAAS config",
		"  // nothing":                 "Login module not specified in JAAS config",
		"M":                            "Login module control flag not specified in JAAS config",
		"M;":                           "Login module control flag is not available in the JAAS config",
		"M maybe;":                     "Invalid login module control flag 'maybe' in JAAS config",
		"M required":                   "JAAS config entry not terminated by semi-colon",
		`M required password="secret"`: "JAAS config entry not terminated by semi-colon",
		"M required a;":                "Value not specified for key 'a' in JAAS config",
		"M required a=;":               "Value not specified for key 'a' in JAAS config",
		`M required a "secret";`:       "Value not specified for key 'a' in JAAS config",
		"M required; N required;":      "JAAS config property contains more than one login module, should be 1 module",
		"M required;" + strings.Repeat(" ", maxJaasBytes): "The JAAS config is longer than 1048576 bytes",
	} {
		_, err := parseJaas(text)
		var e *config.Error
		if !errors.As(err, &e) || e.Key != "sasl.jaas.config" || e.Error() != want {
			t.Errorf("%.40q: got %v, want %s", text, err, want)
		}
	}
}

func FuzzJaas(f *testing.F) {
	f.Add(`M required a="b\"" c='d' /* */ e=f;`)
	f.Add(`M required a="\7`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseJaas(text)
		if err == nil && m.options == nil {
			t.Error("no options and no error")
		}
	})
}
