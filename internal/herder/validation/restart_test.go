package validation

import (
	"slices"
	"testing"
)

func TestRestartKeys(t *testing.T) {
	v := newValidator(nil)
	base := map[string]string{"name": "n", "connector.class": "t.FakeSourceConnector", "must": "x"}
	for _, tt := range []struct {
		limit  string
		shown  int // keys of automatic restarts in the answer
		errors []string
	}{
		{"", 0, nil},
		{"5", 4, nil},
		{"often", 4, []string{
			"Invalid value often for configuration errors.restart.limit: Not a number of type INT",
			"Invalid value null for configuration errors.restart.limit: Value must be non-null",
		}},
	} {
		props := map[string]string{}
		for k, value := range base {
			props[k] = value
		}
		if tt.limit != "" {
			props["errors.restart.limit"] = tt.limit
		}
		got, err := v.Validate(t.Context(), props)
		if err != nil {
			t.Fatal(err)
		}
		shown, errors := 0, []string(nil)
		for _, k := range got.Configs {
			if len(k.Name) > 15 && k.Name[:15] == "errors.restart." {
				shown++
				errors = append(errors, k.Errors...)
			}
		}
		if shown != tt.shown || !slices.Equal(errors, tt.errors) || got.ErrorCount != min(1, len(tt.errors)) {
			t.Errorf("limit %q: %d keys, errors %q, count %d", tt.limit, shown, errors, got.ErrorCount)
		}
	}
}
