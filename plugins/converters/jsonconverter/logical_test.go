package jsonconverter

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
		got, err := decodeBase64(test.text)
		if (err != nil) != test.bad || err == nil && string(got) != test.want {
			t.Errorf("%q: %q, %v", test.text, got, err)
		}
	}
}

func TestTruncated(t *testing.T) {
	tests := map[string]int64{
		"1.9": 1, "-1.9": -1, "0.9": 0, "1e3": 1000, "1.5e1": 15, "1e-400": 0, "1e2147483647": 0,
		"1e63": -9223372036854775808, "99999999999999999999.5": 7766279631452241919, "-1e19": 8446744073709551616,
	}
	for text, want := range tests {
		if got := truncated([]byte(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}
