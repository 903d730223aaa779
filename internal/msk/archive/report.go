package archive

// Report is what a file holds.
type Report struct {
	Size int64
	// MD5 is of the file, in lower-case hexadecimal digits.
	MD5 string
	// Jars are the JARs of a ZIP in their order, or the file itself if it is a JAR.
	// Classes that lie in a ZIP without a JAR are those of a JAR without name.
	Jars []Jar
	// Plugins are ordered by kind and class. A class of two kinds is there twice.
	Plugins []Plugin
	// Problems are sentences about what is missing in Plugins, and why. They do not
	// stop the file from being used. At most 100 are kept.
	Problems []string
}

// Jar is one JAR.
type Jar struct {
	Name    string // the path in the ZIP, "" for the file itself
	Version string // "" when the JAR does not say
	Classes int
}

// Plugin is a class that Kafka Connect can use by its name.
type Plugin struct {
	Kind    Kind
	Class   string
	Version string // of the JAR, "" when it does not say
	Jar     string // as [Jar].Name
	// Declared reports that a file under META-INF/services names the class. Kafka
	// Connect finds others too, unless plugin.discovery forbids it.
	Declared bool
}

// Find returns the plugins of the class; it is empty when there is none.
func (r Report) Find(class string) (found []Plugin) {
	for _, p := range r.Plugins {
		if p.Class == class {
			found = append(found, p)
		}
	}
	return found
}
