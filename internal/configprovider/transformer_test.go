package configprovider

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
)

// table answers from a map of path and key, and records what it was asked for.
type table struct {
	values map[string]string
	ttl    time.Duration
	err    error
	asked  []string
	closed bool
}

func (p *table) Get(_ context.Context, path string, keys []string) (provider.Data, error) {
	slices.Sort(keys)
	p.asked = append(p.asked, path+"="+strings.Join(keys, ","))
	d := provider.Data{Values: map[string]string{}, TTL: p.ttl}
	for _, k := range keys {
		if v, ok := p.values[path+"/"+k]; ok {
			d.Values[k] = v
		}
	}
	return d, p.err
}

func (p *table) Close() error { p.closed = true; return nil }

func TestTransform(t *testing.T) {
	p := &table{values: map[string]string{"/k": "V", "/a:b": "AB", "dir/k": "D", "/rec": "${p:k}", "${p/k": "nested", "/": "E"}}
	for text, want := range map[string]string{
		"plain": "plain", "": "",
		"${p:k}": "V", "x${p:k}y${p:dir:k}": "xVyD", "${p::k}": "V", "${p:}": "E", "${p::a:b}": "AB",
		"$p:k": "$p:k", "${p:k": "${p:k", "${key}": "${key}", "${key}${p:k}": "${key}V",
		"${p:${p:k}}": "nested}", `\${p:k}`: `\V`, "${ p:k}": "${ p:k}", "${p:nope}": "${p:nope}", "${q:k}": "${q:k}",
		"${p:rec}": "${p:k}", "$${p:k}": "$V",
	} {
		props := map[string]string{"a": text}
		r, err := New(map[string]provider.Provider{"p": p}).Transform(context.Background(), props)
		if err != nil || r.Props["a"] != want || props["a"] != text {
			t.Errorf("%q: %q, %v, want %q", text, r.Props["a"], err, want)
		}
		if changed := len(r.Changed) == 1; changed != (want != text) {
			t.Errorf("%q: changed %v", text, r.Changed)
		}
	}
}

func TestTransformAsksOncePerPath(t *testing.T) {
	p := &table{values: map[string]string{"f/k": "1"}, ttl: time.Second}
	r, err := New(map[string]provider.Provider{"p": p}).Transform(context.Background(), map[string]string{
		"a": "${p:f:k}", "b": "${p:f:k}${p:f:l}", "c": "x",
	})
	if err != nil || !slices.Equal(p.asked, []string{"f=k,l"}) {
		t.Errorf("asked %q, %v", p.asked, err)
	}
	if !maps.Equal(r.TTLs, map[string]time.Duration{"f": time.Second}) || !slices.Equal(r.Changed, []string{"a", "b"}) {
		t.Errorf("ttls %v, changed %v", r.TTLs, r.Changed)
	}
}

func TestTransformError(t *testing.T) {
	want := errors.New("broken")
	_, err := New(map[string]provider.Provider{"p": &table{err: want}}).Transform(context.Background(), map[string]string{"a": "${p:k}"})
	if !errors.Is(err, want) {
		t.Errorf("error %v", err)
	}
}

func TestOpen(t *testing.T) {
	made := &table{values: map[string]string{"/k": "V"}}
	var params map[string]string
	find := func(class string) (plugin.Provider, error) {
		if class != "C" {
			return plugin.Provider{}, errors.New("no such class")
		}
		return plugin.Provider{New: func(p map[string]string) (provider.Provider, error) {
			params = p
			return made, nil
		}}, nil
	}
	props := map[string]string{
		"config.providers": "p, q,p", "config.providers.p.class": " C ", "config.providers.p.param.x": "1", "config.providers.p.y": "2",
	}
	tr, err := Open(props, find)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tr.Transform(context.Background(), map[string]string{"a": "${p:k} ${q:k}"})
	if err != nil || r.Props["a"] != "V ${q:k}" || !maps.Equal(params, map[string]string{"x": "1"}) {
		t.Errorf("%v, %v, params %v", r.Props, err, params)
	}
	if err := tr.Close(); err != nil || !made.closed {
		t.Errorf("close: %v, closed %v", err, made.closed)
	}
	props["config.providers.q.class"] = "D"
	made.closed = false
	_, err = Open(props, find)
	const want = "Invalid value D for configuration config.providers.q.class: Could not load config provider class or one of its dependencies"
	if err == nil || err.Error() != want || !made.closed {
		t.Errorf("error %v, closed %v", err, made.closed)
	}
}
