package dateformat

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestZZ(t *testing.T) {
	for _, r := range table(t, "../"+os.Getenv("ZZ")) {
		p, err := CompileSimple(r.args[0])
		if err != nil {
			t.Fatal(err)
		}
		f := NewFormatter(p)
		var out []string
		for _, s := range r.args[1:] {
			if strings.HasPrefix(s, "@") {
				n, _ := strconv.ParseInt(s[1:], 10, 64)
				out = append(out, string(f.Append(nil, n)))
				continue
			}
			ms, err := f.Parse(s)
			o := strconv.FormatInt(ms, 10)
			if err != nil {
				o, ms = "x", 0
			}
			out = append(out, o+" "+string(f.Append(nil, ms)))
		}
		r.check(t, strings.Join(out, " | "), nil)
	}
}
