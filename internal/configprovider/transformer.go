package configprovider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/provider"
)

// Transformer replaces references by what its providers return. It is safe for
// concurrent use.
type Transformer struct {
	providers map[string]provider.Provider
}

// New returns a Transformer over providers by name; it closes them.
func New(providers map[string]provider.Provider) *Transformer {
	return &Transformer{maps.Clone(providers)}
}

// Result is a configuration without references.
type Result struct {
	Props map[string]string

	// Changed has the keys whose value is not as it was written, sorted: they hold
	// what must not be shown.
	Changed []string
	// TTLs are how long values hold, by path; those of paths without limit are
	// missing.
	TTLs map[string]time.Duration
}

// place is where a provider keeps values.
type place struct{ provider, path string }

// Transform returns props with references replaced. A reference stays as it is when
// its provider or key is not known. props are not changed.
func (t *Transformer) Transform(ctx context.Context, props map[string]string) (Result, error) {
	r := Result{Props: maps.Clone(props), TTLs: map[string]time.Duration{}}
	if r.Props == nil {
		r.Props = map[string]string{}
	}
	values, err := t.fetch(ctx, props, r.TTLs)
	if err != nil || len(values) == 0 {
		return r, err
	}
	for key, text := range props {
		if resolved := replace(text, values); resolved != text {
			r.Props[key] = resolved
			r.Changed = append(r.Changed, key)
		}
	}
	slices.Sort(r.Changed)
	return r, nil
}

// fetch asks each provider once for all keys at a path.
func (t *Transformer) fetch(ctx context.Context, props map[string]string, ttls map[string]time.Duration) (map[place]map[string]string, error) {
	values := map[place]map[string]string{}
	for at, keys := range t.wanted(props) {
		data, err := t.providers[at.provider].Get(ctx, at.path, keys)
		if err != nil {
			return nil, err
		}
		values[at] = data.Values
		if old, ok := ttls[at.path]; data.TTL > 0 && (!ok || data.TTL < old) {
			ttls[at.path] = data.TTL // two providers may have the same path
		}
	}
	return values, nil
}

func (t *Transformer) wanted(props map[string]string) map[place][]string {
	wanted := map[place][]string{}
	for _, text := range props {
		if !strings.Contains(text, "${") {
			continue
		}
		for _, ref := range references(text) {
			at := place{ref.provider, ref.path}
			if t.providers[ref.provider] != nil && !slices.Contains(wanted[at], ref.key) {
				wanted[at] = append(wanted[at], ref.key)
			}
		}
	}
	return wanted
}

// replace resolves the references of one text. What comes in is not looked at
// again.
func replace(text string, values map[place]map[string]string) string {
	refs := references(text)
	if refs == nil {
		return text
	}
	var b strings.Builder
	at := 0
	for _, ref := range refs {
		value, ok := values[place{ref.provider, ref.path}][ref.key]
		if !ok {
			continue
		}
		b.WriteString(text[at:ref.start])
		b.WriteString(value)
		at = ref.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// Close closes the providers that can be closed. It returns the first error.
func (t *Transformer) Close() error {
	var first error
	for _, name := range slices.Sorted(maps.Keys(t.providers)) {
		c, ok := t.providers[name].(interface{ Close() error })
		if !ok {
			continue
		}
		if err := c.Close(); err != nil && first == nil {
			first = fmt.Errorf("close config provider %s: %w", name, err)
		}
	}
	return first
}
