package run

import (
	"errors"
	"testing"
)

func TestHide(t *testing.T) {
	plain := errors.New("open http://hunter2:1: 42 is no hunter2")
	props := map[string]string{"a": "hunter2", "b": "42", "c": "open", "d": "", "e": "hunter"}
	tests := []struct {
		keys []string
		want string
	}{
		{nil, "open http://hunter2:1: 42 is no hunter2"},
		{[]string{"a"}, "open http://[hidden]:1: 42 is no [hidden]"},
		{[]string{"b", "d"}, "open http://hunter2:1: 42 is no hunter2"},
		{[]string{"e", "a"}, "open http://[hidden]:1: 42 is no [hidden]"},
		{[]string{"a", "c"}, "[hidden] http://[hidden]:1: 42 is no [hidden]"},
	}
	for _, c := range tests {
		err := hide(plain, props, c.keys)
		if err.Error() != c.want || !errors.Is(err, plain) {
			t.Errorf("without %v it says %q, want %q", c.keys, err, c.want)
		}
	}
	if err := hide(nil, props, []string{"a"}); err != nil {
		t.Errorf("no error became %v", err)
	}
}
