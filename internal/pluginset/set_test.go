package pluginset

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/plugin"
)

func testSet() *Set {
	info := func(class, version string) plugin.Info { return plugin.Info{Class: class, Version: version} }
	return New(
		plugin.Transformation{Info: info("a.Cast$Value", "")}, plugin.Transformation{Info: info("a.Cast$Key", "")},
		plugin.Transformation{Info: info("a.Other$Value", "")},
		plugin.Source{Info: info("x.FileStreamSourceConnector", "1.0")}, plugin.Source{Info: info("x.FileStreamSourceConnector", "1.10")},
		plugin.Sink{Info: info("y.OtherConnector", "")}, plugin.Source{Info: info("z.OtherConnector", "")},
		plugin.Converter{Info: info("c.JsonConverter", ""), Headers: true}, plugin.HeaderConverter{Info: info("c.SimpleHeaderConverter", "")},
		plugin.Policy{Info: info("p.AllConnectorClientConfigOverridePolicy", "")},
	)
}

func TestFind(t *testing.T) {
	s := testSet()
	for _, tt := range []struct {
		name string
		kind Kind
		want string // class and version, or what the error has
	}{
		{"FileStreamSource", Source, "x.FileStreamSourceConnector 1.10"},
		{"x.FileStreamSourceConnector", Source, "x.FileStreamSourceConnector 1.10"},
		{"FileStreamSource", Sink, "Class FileStreamSource could not be found."},
		{"Json", Converter, "c.JsonConverter 4.3.0"},
		{"Simple", HeaderConverter, "c.SimpleHeaderConverter 4.3.0"},
		{"a.Cast$Key", Transformation, "a.Cast$Key 4.3.0"},
		{"Value", Transformation, "Class Value could not be found."},
		{"All", Policy, "p.AllConnectorClientConfigOverridePolicy 4.3.0"},
	} {
		e, err := s.Find(tt.name, tt.kind)
		got := e.Class + " " + e.Version
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestConnectorErrors(t *testing.T) {
	for name, want := range map[string]string{
		"Other": "More than one connector matches alias Other. Please use full package and class name instead. Classes found: PluginDesc{klass=class x.",
		"None": "Failed to find any class that implements Connector and which name matches None, available connectors are: " +
			"PluginDesc{klass=class x.FileStreamSourceConnector, name='x.FileStreamSourceConnector', version='1.10', encodedVersion=1.10, " +
			"type=source, typeName='source', location=",
	} {
		if _, err := testSet().Connector(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClass(t *testing.T) {
	s := testSet()
	for name, want := range map[string]Class{
		"Json":                       {Name: "c.JsonConverter", Kinds: []Kind{Converter, HeaderConverter}},
		"a.Cast":                     {Name: "a.Cast", Kinds: []Kind{Transformation}, Abstract: true, Children: []string{"a.Cast$Key", "a.Cast$Value"}},
		"java.lang.String":           {Name: "java.lang.String"},
		"java.util.Map$Entry":        {Name: "java.util.Map$Entry"},
		"java.util.Map.Entry":        {},
		"no.Such":                    {},
		"Value":                      {},
		"org.apache.kafka.connect.X": {},
		"org.apache.kafka.connect.storage.Converter": {
			Name: "org.apache.kafka.connect.storage.Converter", Kinds: []Kind{Converter}, Abstract: true,
		},
	} {
		got, ok := s.Class(name)
		if ok != (want.Name != "") || ok && (got.Name != want.Name || got.Abstract != want.Abstract ||
			!slices.Equal(got.Kinds, want.Kinds) || !slices.Equal(got.Children, want.Children)) {
			t.Errorf("%s: %+v %v, want %+v", name, got, ok, want)
		}
	}
	if list := s.HeaderConverters(); len(list) != 2 || list[0].Class != "c.JsonConverter" {
		t.Errorf("header converters %v", list)
	}
}

func TestFindVersion(t *testing.T) {
	s := testSet()
	const class = "x.FileStreamSourceConnector"
	for spec, want := range map[string]string{
		"latest": "1.10", "1.0": "1.0", "[1.0,1.5)": "1.0", "(1.0,]": "1.10", "[,2)": "1.10",
		"9.9": "Plugin " + class + " not found that matches the version range [9.9,9.9], available versions: [1.10, 1.0]",
		"":    "Plugin " + class + " not found that matches the version range [,], available versions: [1.10, 1.0]",
		"[1,": "Unbounded range: [1,", "(1)": "Single version must be surrounded by []: (1)",
		"[2,1]": "Range defies version ordering: [2,1]", "[1,2]3": "Only fully-qualified sets allowed in multiple set scenario: [1,2]3",
		"[1,3],[2,4]": "Ranges overlap: [1,3],[2,4]",
	} {
		got := ""
		r, err := ParseVersionRange(spec)
		if err == nil {
			var e Entry
			e, err = s.FindVersion(class, r, Source)
			got = e.Version
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", spec, got, want)
		}
	}
	_, err := s.FindVersion("c.JsonConverter", &VersionRange{[]interval{{low: "9", high: "9"}}}, Converter)
	var nf *NotFoundError
	if !errors.As(err, &nf) || !slices.Equal(nf.Versions, []string{"4.3.0", "4.3.0"}) {
		t.Errorf("error %v", err)
	}
}

func TestCompareVersions(t *testing.T) {
	order := []string{"1-alpha1", "1-beta", "1-m2", "1-rc1", "1-SNAPSHOT", "1", "1-sp", "1-abc", "1.0.1", "1.2", "1.10", "2.0.0-rc2", "2"}
	for i, a := range order {
		for j, b := range order {
			if got := CompareVersions(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("CompareVersions(%s, %s) = %d", a, b, got)
			}
		}
	}
	if CompareVersions("1.0.0", "1") != 0 || CompareVersions("1-ga", "1") != 0 {
		t.Error("1.0.0, 1-ga and 1 are one version")
	}
}
