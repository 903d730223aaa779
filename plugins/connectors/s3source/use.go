package s3source

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
	s, err := newSettings(v)
	if err != nil {
		return u, err
	}
	u.Settings = s.store
	u.Settings.Transport = c.transport
	u.Keys = s3config.Names()
	u.Name, u.Reads = s.prefixes[0], s.reads
	return u, nil
}

// reads tells whether a task reads an object of that name.
func (s *settings) reads(key string) bool {
	_, why := s.layout.parse(key)
	if !s.generic {
		return why == ours
	}
	topic, err := (&generic{routes: s.routes}).topic(key)
	return why != sideObject && topic != "" && err == nil
}
