package archive

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// report puts together what was found.
func (c *contents) report() Report {
	for _, j := range c.jars {
		j.Version = j.versions.best(j.Name)
	}
	found := c.plugins()
	report := Report{Jars: c.shownJars(), Problems: c.problems}
	for p, declared := range found {
		p.Declared = declared
		report.Plugins = append(report.Plugins, p)
	}
	slices.SortFunc(report.Plugins, comparePlugins)
	return report
}

// shownJars leaves out the JAR without name of a ZIP without classes of its own.
func (c *contents) shownJars() (shown []Jar) {
	for _, j := range c.jars {
		if j.Classes > 0 || j.Name != "" || c.settings.ContentType == JAR {
			shown = append(shown, j.Jar)
		}
	}
	return shown
}

// plugins returns what the classes and the declarations say, without
// [Plugin].Declared, and what that would be.
func (c *contents) plugins() map[Plugin]bool {
	found := map[Plugin]bool{}
	h := newHierarchy(c.classes)
	for _, name := range slices.Sorted(maps.Keys(c.classes)) {
		class := c.classes[name]
		if !class.concrete() {
			continue
		}
		for _, kind := range h.kinds(name) {
			found[c.plugin(kind, class)] = false
		}
	}
	for _, d := range c.declared {
		class, ok := c.classes[d.class]
		switch {
		case !ok:
			c.problem("%s is declared a %s in %q, but the file does not hold the class", d.class, d.kind, c.jars[d.jar].Name)
		case !class.concrete():
			c.problem("%s is declared a %s in %q, but is not a public class that can be instantiated", d.class, d.kind, c.jars[d.jar].Name)
		default:
			found[c.plugin(d.kind, class)] = true
		}
	}
	return found
}

func (c *contents) plugin(kind Kind, of class) Plugin {
	j := c.jars[of.jar]
	return Plugin{Kind: kind, Class: of.name, Version: j.Version, Jar: j.Name}
}

func comparePlugins(a, b Plugin) int {
	rank := func(k Kind) int { return slices.IndexFunc(roots(), func(r root) bool { return r.kind == k }) }
	return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), strings.Compare(a.Class, b.Class))
}
