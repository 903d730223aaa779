// Package pluginset knows which plugins a worker has, and finds them by the names
// that configurations use.
//
// Floor 3. Connect: org.apache.kafka.connect.runtime.isolation.Plugins.
package pluginset

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/plugin"
)

// KafkaVersion is the version of Apache Kafka Connect that Millrace equals; plugins
// that belong to it have it, too.
const KafkaVersion = "4.3.0"

// KafkaCommit is the commit of that release, which tools show beside the version.
const KafkaCommit = "a9ce3221537b8653"

// Set is an immutable collection of plugins, safe for concurrent use.
type Set struct {
	plugins []Entry
	names   map[string][]int // class, simple class and alias → indexes
}

// Entry is one plugin with what is shown of it.
type Entry struct {
	Plugin  plugin.Plugin
	Kind    Kind
	Class   string
	Version string
}

// New returns a set of plugins, sorted as the plugin list shows them: by class, the
// latest version first.
func New(plugins ...plugin.Plugin) *Set {
	s := &Set{names: map[string][]int{}}
	for _, p := range plugins {
		info := p.Describe()
		s.plugins = append(s.plugins, Entry{p, KindOf(p), info.Class, cmp.Or(info.Version, KafkaVersion)})
	}
	slices.SortStableFunc(s.plugins, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Class, b.Class), CompareVersions(b.Version, a.Version))
	})
	for i, e := range s.plugins {
		for _, name := range namesOf(e) {
			s.names[name] = append(s.names[name], i)
		}
	}
	return s
}

// namesOf returns the class, its simple name and the alias without the kind's
// suffix: FileStreamSink for FileStreamSinkConnector.
func namesOf(e Entry) []string {
	simple := SimpleName(e.Class)
	names := []string{e.Class}
	for _, name := range []string{simple, e.Kind.prune(simple)} {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// SimpleName returns a class name without package and outer class.
func SimpleName(class string) string {
	return class[strings.LastIndexAny(class, ".$")+1:]
}

// All returns every plugin in order of its class.
func (s *Set) All() []Entry { return s.plugins }

// OfKind returns the plugins of some kinds in order of their class.
func (s *Set) OfKind(kinds ...Kind) []Entry {
	var found []Entry
	for _, e := range s.plugins {
		if slices.Contains(kinds, e.Kind) {
			found = append(found, e)
		}
	}
	return found
}

// Find returns the plugin that name means among some kinds. An ambiguous alias
// finds nothing.
func (s *Set) Find(name string, kinds ...Kind) (Entry, error) {
	found := -1
	for _, i := range s.names[name] {
		if !slices.Contains(kinds, s.plugins[i].Kind) {
			continue
		}
		if s.plugins[i].Class == name {
			return s.plugins[i], nil
		}
		if found >= 0 && s.plugins[found].Class == s.plugins[i].Class {
			continue // an older version
		}
		if found >= 0 {
			return Entry{}, &NotFoundError{Name: name, Ambiguous: true}
		}
		found = i
	}
	if found < 0 {
		return Entry{}, &NotFoundError{Name: name}
	}
	return s.plugins[found], nil
}

// Has tells whether name means a plugin of any kind.
func (s *Set) Has(name string) bool { return len(s.names[name]) > 0 }

// Connector returns the connector that name means. The error lists what there is.
func (s *Set) Connector(name string) (Entry, error) {
	e, err := s.Find(name, Source, Sink)
	if err == nil {
		return e, nil
	}
	list := s.connectorList()
	var nf *NotFoundError
	if errors.As(err, &nf) && nf.Ambiguous {
		nf.Msg = "More than one connector matches alias " + name +
			". Please use full package and class name instead. Classes found: " + list
		return Entry{}, nf
	}
	return Entry{}, &NotFoundError{Name: name, Msg: "Failed to find any class that implements Connector and which name matches " +
		name + ", available connectors are: " + list}
}

func (s *Set) connectorList() string {
	var b strings.Builder
	for i, e := range s.OfKind(Sink, Source) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "PluginDesc{klass=class %s, name='%s', version='%s', encodedVersion=%s, type=%s, typeName='%s', location='builtin'}",
			e.Class, e.Class, e.Version, e.Version, e.Kind, e.Kind)
	}
	return b.String()
}

// NotFoundError says that no plugin has a name, or several have.
type NotFoundError struct {
	Name      string
	Ambiguous bool
	Versions  []string // those there are, when none is wanted
	Msg       string
}

// Error returns Connect's words.
func (e *NotFoundError) Error() string {
	if e.Msg != "" {
		return e.Msg
	}
	return "Class " + e.Name + " could not be found."
}
