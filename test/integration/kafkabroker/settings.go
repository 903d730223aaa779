package kafkabroker

import (
	"maps"
	"strconv"
)

// Option changes how a broker is set up.
type Option func(*settings)

// User is an account of the SASL listeners, known to PLAIN, SCRAM-SHA-256 and
// SCRAM-SHA-512. The name is a plain word; the password may be any text.
type User struct {
	Name, Password string
}

// Accounts that every broker has. Admin may do everything when WithAuthorizer is
// given, as may clients of the Plaintext listener; Alice may do what access
// control lists let her.
const (
	AdminName  = "admin"
	AliceName  = "alice"
	adminWord  = "admin-secret"
	aliceWord  = "alice-secret"
	authorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
)

type settings struct {
	users      []User
	properties map[string]string
}

func newSettings(options []Option) settings {
	s := settings{
		users:      []User{{AdminName, adminWord}, {AliceName, aliceWord}},
		properties: map[string]string{},
	}
	for _, o := range options {
		o(&s)
	}
	return s
}

// WithUser adds an account.
func WithUser(u User) Option {
	return func(s *settings) { s.users = append(s.users, u) }
}

// WithProperty sets a broker property, over what this package sets.
func WithProperty(key, value string) Option {
	return func(s *settings) { s.properties[key] = value }
}

// WithPartitions sets the number of partitions of topics that do not say their
// own; it is 1 otherwise.
func WithPartitions(n int) Option {
	return WithProperty("num.partitions", strconv.Itoa(n))
}

// WithoutTopicCreation makes the broker refuse unknown topics instead of creating
// them on first use.
func WithoutTopicCreation() Option {
	return WithProperty("auto.create.topics.enable", "false")
}

// WithAuthorizer makes the broker check access control lists. What no list
// speaks of is allowed, so that a test needs to say only what it denies.
func WithAuthorizer() Option {
	return func(s *settings) {
		maps.Copy(s.properties, map[string]string{
			"authorizer.class.name":          authorizer,
			"super.users":                    "User:ANONYMOUS;User:" + AdminName,
			"allow.everyone.if.no.acl.found": "true",
		})
	}
}
