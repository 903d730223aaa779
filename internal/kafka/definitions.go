package kafka

import (
	"sync"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/login"
	"github.com/millrace/millrace/internal/kafka/ssl"
)

// clients is a set of client kinds.
type clients uint8

const (
	producer clients = 1 << iota
	consumer
	admin
	all = producer | consumer | admin
)

// clientKey is a key of some kinds of clients.
type clientKey struct {
	of clients
	config.Key
}

// ProducerDef returns the keys of producers.
func ProducerDef() *config.Def { return producerDef() }

// ConsumerDef returns the keys of consumers.
func ConsumerDef() *config.Def { return consumerDef() }

// AdminDef returns the keys of admin clients.
func AdminDef() *config.Def { return adminDef() }

var (
	producerDef = sync.OnceValue(func() *config.Def { return definition(producer) })
	consumerDef = sync.OnceValue(func() *config.Def { return definition(consumer) })
	adminDef    = sync.OnceValue(func() *config.Def { return definition(admin) })
)

func definition(kind clients) *config.Def {
	var keys []config.Key
	for _, table := range [][]clientKey{connectionKeys(), producerKeys(), consumerKeys(), groupKeys(), observationKeys()} {
		for _, k := range table {
			if k.of&kind != 0 {
				keys = append(keys, k.Key)
			}
		}
	}
	keys = append(keys, ssl.Keys()...)
	return config.NewDef(append(keys, login.Keys()...)...)
}

// key declares a key without validator.
func key(of clients, name string, t config.Type, def any, importance config.Importance, doc string) clientKey {
	return clientKey{of, config.Key{Name: name, Type: t, Default: def, Importance: importance, Doc: doc}}
}

// where adds a validator.
func (k clientKey) where(valid config.Validator) clientKey {
	k.Validator = valid
	return k
}

// required takes the default away.
func (k clientKey) required() clientKey {
	k.Required, k.Default = true, nil
	return k
}
