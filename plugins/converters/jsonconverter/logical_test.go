package jsonconverter

import "testing"

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
