package cli

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]string{
		"4GiB": "4GiB", "512MiB": "512MiB", "1024MiB": "1GiB", "67108864": "64MiB", "65537 KiB": "65537KiB", "33554433": "33554433",
		"": "error", "x": "error", "-1GiB": "error", "1MiB": "error", "4 TB": "error", "9999999999GiB": "error", "1.5GiB": "error",
	} {
		var s size
		got := "error"
		if err := s.Set(text); err == nil {
			got = s.String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
