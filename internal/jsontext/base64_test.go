package jsontext

import "testing"

func TestBase64(t *testing.T) {
	tests := []struct {
		text, want string
		bad        bool
	}{
		{"", "", false},
		{" \nAA==", "\x00", false},
		{"AAE=", "\x00\x01", false},
		{"AAEC AAEC\t", "\x00\x01\x02\x00\x01\x02", false},
		{"AA==AA==", "\x00\x00", false},
		{"AB==", "\x00", false},
		{"AA", "", true},
		{"AA=", "", true},
		{"AA=A", "", true},
		{"A===", "", true},
		{"AA -", "", true},
		{"-_==", "", true},
	}
	for _, test := range tests {
		got, err := DecodeBase64(test.text)
		if (err != nil) != test.bad || err == nil && string(got) != test.want {
			t.Errorf("%q: %q, %v", test.text, got, err)
		}
	}
}
