package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ErrUnreachable is what every error of Ping and ClusterID is. The text is the one
// that users of Connect know.
const ErrUnreachable = connectError("Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties.")

// connectError is an error with a text of Connect's.
type connectError string

func (e connectError) Error() string { return string(e) }

// Ping asks any broker for the cluster's metadata. It blocks until one answers, the
// client gives up or ctx ends; the error explains the likely cause.
func Ping(ctx context.Context, client *kgo.Client) error {
	_, err := ClusterID(ctx, client)
	return err
}

// ClusterID returns the id of the client's cluster, "" when the brokers do not tell.
// It blocks and fails as Ping does.
func ClusterID(ctx context.Context, client *kgo.Client) (string, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{} // none: the brokers only
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return "", fmt.Errorf("%w %w%s", ErrUnreachable, err, hint(err))
	}
	if resp.ClusterID == nil {
		return "", nil
	}
	return *resp.ClusterID, nil
}

// hint names the property to look at.
func hint(err error) string {
	var dns *net.DNSError
	var firstEOF *kgo.ErrFirstReadEOF
	switch {
	case is[x509.UnknownAuthorityError](err):
		return " (the trust store, ssl.truststore.location, does not hold the authority of the broker's certificate)"
	case is[x509.HostnameError](err):
		return " (bootstrap.servers does not use a name of the broker's certificate; see ssl.endpoint.identification.algorithm)"
	case is[x509.CertificateInvalidError](err):
		return " (the broker's certificate is not valid)"
	case is[tls.RecordHeaderError](err):
		return " (the listener does not speak TLS; see security.protocol)"
	case refusedTLS(err):
		return " (the broker refused the TLS handshake; see ssl.keystore.location and ssl.enabled.protocols)"
	case errors.Is(err, kerr.SaslAuthenticationFailed):
		return " (the broker refused the credentials of sasl.jaas.config)"
	case errors.Is(err, kerr.UnsupportedSaslMechanism), errors.Is(err, kerr.IllegalSaslState):
		return " (the listener does not offer the SASL mechanism; see sasl.mechanism and security.protocol)"
	case errors.As(err, &firstEOF), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return " (the broker closed the connection; see security.protocol and sasl.mechanism)"
	case errors.As(err, &dns):
		return " (a name of bootstrap.servers cannot be resolved)"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return " (no answer in time; see bootstrap.servers and security.protocol)"
	}
	return " (see bootstrap.servers and security.protocol)"
}

// refusedTLS tells a TLS alert of the broker's.
func refusedTLS(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

func is[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}
