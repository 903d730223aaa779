package avroconverter

import (
	"errors"
	"fmt"
	"net"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// failure is an error that Kafka's clients have a class for.
type failure struct {
	class, msg string
	err        error
}

const kafkaErrors = "org.apache.kafka.common.errors."

func (f *failure) Error() string     { return f.msg }
func (f *failure) Unwrap() error     { return f.err }
func (f *failure) JavaClass() string { return f.class }

// direction has the words for one direction.
type direction struct{ data, retry, network string }

var (
	toAvro   = direction{"Failed to serialize Avro data from topic %s:", "Failed to serialize Avro data from topic %s :", "Network connection error while serializing Avro data for topic %s: %s"}
	fromAvro = direction{"Failed to deserialize data for topic %s to Avro:", "Failed to deserialize data for topic %s to Avro: ", "Network connection error while deserializing data for topic %s: %s"}
)

// wrong is an error of the data.
func (d direction) wrong(topic, msg string, err error) error {
	return data.Errorf(d.data, topic).Because(data.Fail(data.Unserializable, "%s", msg).Because(err))
}

// unanswered is an error of a request to the registry; what says what it was for.
func (d direction) unanswered(topic, what string, err error) error {
	var no *client.Error
	var network *net.OpError
	switch isAnswer := errors.As(err, &no); {
	case client.Timeout(err):
		return connect.Retriable(&connect.Error{
			Msg: fmt.Sprintf(d.retry, topic), Err: &failure{kafkaErrors + "TimeoutException", what, err},
		})
	case isAnswer && no.Status == 401:
		return &failure{kafkaErrors + "AuthenticationException", what, err}
	case isAnswer && no.Status == 403:
		return &failure{kafkaErrors + "AuthorizationException", what, err}
	case !isAnswer && errors.As(err, &network):
		return &failure{kafkaErrors + "NetworkException", fmt.Sprintf(d.network, topic, network), err}
	}
	return d.wrong(topic, what, err)
}
