package aivens3sink

import (
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

var _ s3store.User = (*connector)(nil)

// Use implements [s3store.User].
func (c *connector) Use(props map[string]string) (u s3store.Use, err error) {
	v, err := read(c.def, props)
	if err != nil {
		return u, err
	}
	p, err := planOf(v)
	if err != nil {
		return u, err
	}
	u.Settings, u.Tuning = storeOf(v)
	u.Settings.Transport = c.settings.Transport
	u.Keys = s3store.Keys{
		Bucket: spelling(v, bucketName, oldBucketName), Region: spelling(v, region, oldRegion),
		Endpoint: spelling(v, endpoint, oldEndpoint), Role: roleARN, Class: credentialsClass,
		Access: spelling(v, accessKeyID, oldAccessKeyID) + " and " + spelling(v, secretAccessKey, oldSecretAccessKey),
	}
	topic, known := s3store.FirstTopic(props)
	u.Guessed = !known
	u.Name, err = p.example(topic)
	return u, err
}

// spelling returns which of two keys is set; the new one when none is.
func spelling(v *config.Values, key, old string) string {
	if !v.IsSet(key) && v.IsSet(old) {
		return old
	}
	return key
}

// example returns a name that an object of a topic may have.
func (p *plan) example(topic string) (string, error) {
	r := &connect.Record{Topic: topic}
	if p.old != nil {
		return p.old.name(r, time.Now())
	}
	at, err := p.clock.at(r, time.Now())
	return p.name.render(&place{topic: topic, key: "null", time: at}), err
}
