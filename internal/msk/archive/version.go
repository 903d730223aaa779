package archive

import (
	"io"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/millrace/millrace/internal/java/properties"
)

const (
	manifestName    = "META-INF/MANIFEST.MF"
	maxVersionBytes = 128
)

// versions are the versions that a JAR gives of itself, by where they stand. The
// version that Kafka Connect shows is what the plugin's code returns; these are where
// such code reads it.
type versions struct {
	manifest string // Implementation-Version
	resource string // a file such as kafka/kafka-version.properties
	maven    string // META-INF/maven/GROUP/ARTIFACT/pom.properties
	poms     int    // how many of the latter: several are those of bundled libraries
	bundle   string // Bundle-Version
}

// best returns the version, "" for none. name is the path of the JAR.
func (v versions) best(name string) string {
	maven := v.maven
	if v.poms > 1 {
		maven = ""
	}
	for _, version := range []string{v.manifest, v.resource, maven, v.bundle, versionOfName(name)} {
		if version != "" {
			return version
		}
	}
	return ""
}

// versionOfName returns 1.2.3-beta of kafka-connect-x-1.2.3-beta.jar.
func versionOfName(name string) string {
	base := path.Base(name)
	m := regexp.MustCompile(`-(\d+(?:\.[0-9A-Za-z_]+)+(?:-[0-9A-Za-z_.]+)?)\.[A-Za-z]+$`).FindStringSubmatch(base)
	if m == nil {
		return ""
	}
	return cleanVersion(m[1])
}

// cleanVersion returns "" for what is no version, as a placeholder that a build left.
func cleanVersion(v string) string {
	v = strings.TrimSpace(v)
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if len(v) > maxVersionBytes || strings.Contains(v, "${") || strings.ContainsFunc(v, odd) {
		return ""
	}
	return v
}

// isVersionFile reports whether an entry may say the version of its JAR.
func isVersionFile(name string) bool {
	base := path.Base(name)
	return isPom(name) || strings.HasSuffix(base, "version.properties") || base == "build.version" || base == "connect.version"
}

func isPom(name string) bool {
	return strings.HasPrefix(name, "META-INF/maven/") && path.Base(name) == "pom.properties"
}

func (c *contents) readVersionFile(at int, name string, body io.Reader) error {
	b, whole, err := c.bounded(body, maxTextBytes)
	if err != nil || !whole {
		return err
	}
	props, _ := properties.Parse(b) // a file of that name need not be what it seems
	v := &c.jars[at].versions
	version := cleanVersion(props["version"])
	switch {
	case isPom(name):
		v.poms++
		v.maven = version
	case v.resource == "":
		v.resource = version
	}
	return nil
}

func (c *contents) readManifest(at int, body io.Reader) error {
	b, _, err := c.bounded(body, maxTextBytes) // signed JARs go on with every entry
	if err != nil {
		return err
	}
	main := mainSection(string(b))
	v := &c.jars[at].versions
	v.manifest = cleanVersion(main["implementation-version"])
	v.bundle = cleanVersion(main["bundle-version"])
	return nil
}

// mainSection returns the attributes before the first empty line by their names in
// lower case. A line that begins with a space continues the one before.
func mainSection(text string) map[string]string {
	attributes, last := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if rest, more := strings.CutPrefix(line, " "); more {
			if len(attributes[last]) <= maxVersionBytes { // longer ones are none of ours
				attributes[last] += rest
			}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		last = strings.ToLower(name)
		attributes[last] = strings.TrimPrefix(value, " ")
	}
	return attributes
}
