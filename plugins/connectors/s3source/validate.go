package s3source

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore/s3config"
)

const (
	needsRoutes     = topicRegexes + " must be set in mode " + genericMode
	wanAndPathStyle = s3config.WANMode + " and path style exclude each other: set " + pathStyle + " to false"
)

// Validate checks relations between keys. It looks at values that could be read only.
func (c *connector) Validate(_ map[string]string, r *config.Result) {
	value := func(key string) any {
		if v := r.Value(key); v != nil {
			return v.Value
		}
		return nil
	}
	routes, _ := value(topicRegexes).([]string)
	if m, _ := value(mode).(string); strings.EqualFold(m, genericMode) && len(routes) == 0 {
		r.AddError(topicRegexes, needsRoutes)
	}
	if value(s3config.WANMode) == true && value(pathStyle) == true && value(s3config.PathStyle) == true {
		r.AddError(s3config.WANMode, wanAndPathStyle)
		r.AddError(pathStyle, wanAndPathStyle)
	}
}
