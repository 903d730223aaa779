package validation

import (
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/connectorconfig"
)

// addRestarts checks the keys of automatic restarts, of a connector that has any.
func (r *run) addRestarts() {
	given := slices.ContainsFunc(slices.Collect(maps.Keys(r.in.Props)), func(key string) bool {
		return strings.HasPrefix(key, connectorconfig.RestartPrefix)
	})
	if !given {
		return
	}
	def := connectorconfig.RestartDef()
	r.addPrefixed("", def, def.ValidateInput(r.in).Values)
}
