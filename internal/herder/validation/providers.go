package validation

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/pluginset"
)

// checkProviders refuses config providers of a connector's own that do not exist.
// Those that do are not used either, see Validate.
func (v *Validator) checkProviders(props map[string]string) error {
	for name := range strings.SplitSeq(props["config.providers"], ",") {
		key := "config.providers." + strings.TrimSpace(name) + ".class"
		class, given := props[key]
		if !given {
			continue
		}
		if _, err := v.Plugins.Find(class, pluginset.Provider); err != nil {
			return config.Invalid(key, class, "Could not load config provider class or one of its dependencies")
		}
	}
	return nil
}
