package archive

import (
	"io"
	"slices"
	"strings"
)

const servicesDir = "META-INF/services/"

// declaration is a line of a file under META-INF/services.
type declaration struct {
	kind  Kind
	class string
	jar   int
}

// readServices reads the classes that a JAR declares to be plugins, as
// java.util.ServiceLoader does.
func (c *contents) readServices(at int, name string, body io.Reader) error {
	i := slices.IndexFunc(roots(), func(r root) bool { return servicesDir+r.name == name })
	if i < 0 {
		return nil
	}
	b, whole, err := c.bounded(body, maxTextBytes)
	if err != nil {
		return err
	}
	if !whole {
		c.problem("%s: the file is too large to read", name)
		return nil
	}
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "#")
		if class := strings.TrimSpace(line); class != "" {
			c.declared = append(c.declared, declaration{roots()[i].kind, class, at})
		}
	}
	return nil
}
