package pluginset

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/plugin"
)

// Class is what a class name in a configuration means.
type Class struct {
	Name     string // the full name
	Kinds    []Kind // those of the plugins that are this class; none for other classes
	Abstract bool   // an interface or the common part of several plugins
	Children []string
}

// Is tells whether the class is of a kind.
func (c Class) Is(k Kind) bool { return slices.Contains(c.Kinds, k) }

// Class returns the class that name means: a plugin by any of its names, what such
// plugins have in common, or a class that Java or Kafka's clients bring along.
func (s *Set) Class(name string) (Class, bool) {
	if at := s.names[name]; len(at) > 0 {
		return s.pluginClass(at)
	}
	if k, ok := interfaces()[name]; ok {
		return Class{Name: name, Kinds: []Kind{k}, Abstract: true}, true
	}
	if c := s.outer(name); c.Abstract {
		return c, true
	}
	return Class{Name: name}, broughtAlong(name)
}

// ClassName is Class for those who only want the full name.
func (s *Set) ClassName(name string) (string, bool) {
	c, ok := s.Class(name)
	return c.Name, ok
}

func (s *Set) pluginClass(at []int) (Class, bool) {
	c := Class{Name: s.plugins[at[0]].Class}
	for _, i := range at {
		e := s.plugins[i]
		if e.Class != c.Name {
			return Class{}, false
		}
		c.Kinds = append(c.Kinds, e.kinds()...)
	}
	return c, true
}

// kinds returns the kind, and for a converter that does headers both.
func (e Entry) kinds() []Kind {
	if c, ok := e.Plugin.(plugin.Converter); ok && c.Headers {
		return []Kind{Converter, HeaderConverter}
	}
	return []Kind{e.Kind}
}

// outer returns the class around nested plugin classes, such as InsertField around
// InsertField$Key.
func (s *Set) outer(name string) Class {
	c := Class{Name: name}
	for _, e := range s.plugins {
		if !strings.HasPrefix(e.Class, name+"$") {
			continue
		}
		c.Abstract, c.Kinds = true, e.kinds()
		if !slices.Contains(c.Children, e.Class) {
			c.Children = append(c.Children, e.Class)
		}
	}
	return c
}

// Interface returns the Java interface of a kind.
func (k Kind) Interface() string {
	switch k {
	case Sink:
		return "SinkConnector"
	case Source:
		return "SourceConnector"
	case Converter:
		return "Converter"
	case HeaderConverter:
		return "HeaderConverter"
	case Transformation:
		return "Transformation"
	case Predicate:
		return "Predicate"
	case Provider:
		return "ConfigProvider"
	case Policy:
		return "ConnectorClientConfigOverridePolicy"
	}
	return ""
}

// interfaces returns the Java interfaces that plugins implement.
func interfaces() map[string]Kind {
	const connect = "org.apache.kafka.connect."
	return map[string]Kind{
		connect + "storage.Converter":               Converter,
		connect + "storage.HeaderConverter":         HeaderConverter,
		connect + "transforms.Transformation":       Transformation,
		connect + "transforms.predicates.Predicate": Predicate,
	}
}

// broughtAlong tells whether a class is in Java's library or that of Kafka's
// clients. Only the form of the name within their packages is looked at.
func broughtAlong(name string) bool {
	packages := []string{
		"java.", "javax.", "org.apache.kafka.clients.", "org.apache.kafka.common.", "software.amazon.msk.auth.", "io.strimzi.kafka.oauth.",
	}
	if !slices.ContainsFunc(packages, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return false
	}
	path, simple := name[:strings.LastIndex(name, ".")], name[strings.LastIndex(name, ".")+1:]
	return simple != "" && simple[0] >= 'A' && simple[0] <= 'Z' && path == strings.ToLower(path)
}

// HeaderConverters returns the plugins that convert headers, in order of their
// class.
func (s *Set) HeaderConverters() []Entry {
	var found []Entry
	for _, e := range s.plugins {
		if slices.Contains(e.kinds(), HeaderConverter) {
			found = append(found, e)
		}
	}
	return found
}

// Versions returns the versions that there are of a class, latest first.
func (s *Set) Versions(class string) []string {
	var list []string
	for _, i := range s.names[class] {
		if e := s.plugins[i]; e.Class == class && !slices.Contains(list, e.Version) {
			list = append(list, e.Version)
		}
	}
	return list
}

// FindVersion returns the latest plugin of a class whose version is in a range. The
// error lists the versions that there are.
func (s *Set) FindVersion(class string, r *VersionRange, kinds ...Kind) (Entry, error) {
	var versions []string
	for _, i := range s.names[class] {
		e := s.plugins[i]
		if e.Class != class || !slices.ContainsFunc(e.kinds(), func(k Kind) bool { return slices.Contains(kinds, k) }) {
			continue
		}
		if r.Contains(e.Version) {
			return e, nil
		}
		// As Kafka Connect: a class of two kinds is listed twice.
		for range e.kinds() {
			versions = append(versions, e.Version)
		}
	}
	if versions == nil {
		return Entry{}, &NotFoundError{Name: class}
	}
	return Entry{}, &NotFoundError{
		Name: class, Versions: versions,
		Msg: "Plugin " + class + " not found that matches the version range " + r.String() +
			", available versions: [" + strings.Join(versions, ", ") + "]",
	}
}
