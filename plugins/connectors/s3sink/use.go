package s3sink

import (
	"github.com/millrace/millrace/internal/objectstore/s3config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

var _ s3store.User = (*connector)(nil)

// Use implements [s3store.User].
func (c *connector) Use(props map[string]string) (u s3store.Use, err error) {
	v, err := c.def.Parse(props)
	if err != nil {
		return u, err
	}
	settings, err := sinkSettings(v)
	if err != nil {
		return u, err
	}
	if u.Settings, err = storeSettings(v); err != nil {
		return u, err
	}
	u.Settings.Transport = c.settings.Transport
	u.Keys = s3config.Names()
	// Transformations may change the topic, by which objects are named.
	topic, known := s3store.FirstTopic(props)
	u.Name, u.Guessed = settings.Layout.Name(topic, 0, "millrace", 0, ""), !known
	return u, nil
}
