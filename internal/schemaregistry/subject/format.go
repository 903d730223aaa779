package subject

import (
	"errors"
	"fmt"
	"net"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// Format is a kind of schema, and the words by which errors speak of it.
type Format struct {
	Type  string // as registries call it: AVRO, PROTOBUF or JSON
	Name  string // as messages call it
	Colon string // between a message and the schema's text
	Roles bool   // messages about reading tell keys from values
	Write Words
	Read  Words
}

// Words are the messages for one direction. Each has a %s for the topic.
type Words struct {
	Data    string // a value or schema that cannot be converted
	Retry   string // the registry is too busy
	Network string // the registry cannot be reached; a second %s says why
}

// failure is an error that Kafka's clients have a class for.
type failure struct {
	class, msg string
	err        error
}

const kafkaErrors = "org.apache.kafka.common.errors."

func (f *failure) Error() string     { return f.msg }
func (f *failure) Unwrap() error     { return f.err }
func (f *failure) JavaClass() string { return f.class }

// Wrong is an error of the data: what a converter answers for a value that it cannot
// convert. Err, the reason behind msg, may be nil.
func (w *Words) Wrong(topic, msg string, err error) error {
	return data.Errorf(w.Data, topic).Because(data.Fail(data.Unserializable, "%s", msg).Because(err))
}

// unanswered is an error of a request to the registry; what says what it was for.
func (w *Words) unanswered(topic, what string, err error) error {
	var no *client.Error
	var network *net.OpError
	switch isAnswer := errors.As(err, &no); {
	case client.Timeout(err):
		return connect.Retriable(&connect.Error{
			Msg: fmt.Sprintf(w.Retry, topic), Err: &failure{kafkaErrors + "TimeoutException", what, err},
		})
	case isAnswer && no.Status == 401:
		return &failure{kafkaErrors + "AuthenticationException", what, err}
	case isAnswer && no.Status == 403:
		return &failure{kafkaErrors + "AuthorizationException", what, err}
	case !isAnswer && errors.As(err, &network):
		return &failure{kafkaErrors + "NetworkException", fmt.Sprintf(w.Network, topic, network), err}
	}
	return w.Wrong(topic, what, err)
}
