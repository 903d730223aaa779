// Package fetch gets the files of custom plugins from Amazon S3, or from a store that
// speaks its protocol.
//
// Floor 6. Connect: none (the custom plugins of Amazon MSK Connect).
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

const (
	attempts       = 3 // of a whole object
	findCredential = 3 * time.Second
	defaultRegion  = "us-east-1"
)

var _ operate.Fetcher = (*S3)(nil)

// Settings say where the objects are.
type Settings struct {
	// Endpoint is the URL of a store other than Amazon's, which is called with the
	// bucket in the path; "" for what the environment says, or Amazon's.
	Endpoint string
	// Region is that of the buckets; "" for that of the environment, or us-east-1.
	Region string
}

// S3 gets objects with the credentials that AWS programs find in the environment. It is
// safe for concurrent use.
type S3 struct{ settings Settings }

// New returns an S3. It makes no request yet.
func New(s Settings) *S3 { return &S3{s} }

// Fetch implements [operate.Fetcher].
func (s *S3) Fetch(ctx context.Context, from model.S3Location, to *os.File, most int64) error {
	client, err := s.client(ctx)
	if err != nil {
		return fmt.Errorf("find out how to reach S3: %w", err)
	}
	for attempt := 1; ; attempt++ {
		err = get(ctx, client, from, to, most)
		var known *operate.Failure
		if err == nil || attempt == attempts || errors.As(err, &known) || ctx.Err() != nil {
			return s.explain(ctx, from, err)
		}
	}
}

// client is made anew each time: credentials come and go, and plugins are rare.
func (s *S3) client(ctx context.Context) (*s3.Client, error) {
	var options []func(*config.LoadOptions) error
	if s.settings.Region != "" {
		options = append(options, config.WithRegion(s.settings.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		cfg.Region = defaultRegion
	}
	if s.settings.Endpoint != "" && !hasCredentials(ctx, cfg) {
		cfg.Credentials = aws.AnonymousCredentials{}
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		if s.settings.Endpoint != "" {
			o.BaseEndpoint = aws.String(s.settings.Endpoint)
		}
		o.UsePathStyle = o.BaseEndpoint != nil || os.Getenv("AWS_ENDPOINT_URL_S3") != "" || os.Getenv("AWS_ENDPOINT_URL") != ""
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	}), nil
}

func hasCredentials(ctx context.Context, cfg aws.Config) bool {
	ctx, cancel := context.WithTimeout(ctx, findCredential)
	defer cancel()
	if cfg.Credentials == nil {
		return false
	}
	_, err := cfg.Credentials.Retrieve(ctx)
	return err == nil
}

// get copies the object to the beginning of the file.
func get(ctx context.Context, client *s3.Client, from model.S3Location, to *os.File, most int64) error {
	in := &s3.GetObjectInput{Bucket: aws.String(from.Bucket()), Key: aws.String(from.FileKey)}
	if from.ObjectVersion != "" {
		in.VersionId = aws.String(from.ObjectVersion)
	}
	out, err := client.GetObject(ctx, in)
	if err != nil {
		return err
	}
	defer func() { _ = out.Body.Close() }()
	if aws.ToInt64(out.ContentLength) > most {
		return tooLarge(from, most)
	}
	if _, err := to.Seek(0, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(to, io.LimitReader(out.Body, most+1))
	switch {
	case err != nil:
		return err
	case n > most:
		return tooLarge(from, most)
	}
	return to.Truncate(n)
}

func tooLarge(from model.S3Location, most int64) error {
	return operate.Failed(model.ReasonInvalidPluginFile, "the object %s has more than the %d bytes that a plugin may have", name(from), most)
}

func name(l model.S3Location) string {
	text := "s3://" + l.Bucket() + "/" + l.FileKey
	if l.ObjectVersion != "" {
		text += " version " + l.ObjectVersion
	}
	return text
}

// explain turns an error into one for the client's user.
func (s *S3) explain(ctx context.Context, from model.S3Location, err error) error {
	if err == nil || ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	var known *operate.Failure
	var answer *awshttp.ResponseError
	var api smithy.APIError
	status, code := 0, ""
	if errors.As(err, &answer) {
		status = answer.HTTPStatusCode()
	}
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	failed := func(reason, format string, values ...any) error {
		return &operate.Failure{Code: reason, Message: fmt.Sprintf(format, values...), Err: err}
	}
	switch {
	case errors.As(err, &known):
		return err
	case status == http.StatusNotFound || strings.HasPrefix(code, "NoSuch"):
		return failed(model.ReasonObjectNotFound, "the object %s does not exist (%s); check bucketArn, fileKey and objectVersion", name(from), code)
	case code == "InvalidBucketName" || code == "KeyTooLongError":
		return failed(model.ReasonObjectNotFound, "there can be no object %s (%s); check bucketArn and fileKey", name(from), code)
	case from.ObjectVersion != "" && (status == http.StatusBadRequest || status == http.StatusNotImplemented):
		return failed(model.ReasonObjectNotFound, "the object %s does not exist (%s); check objectVersion, or leave it out", name(from), code)
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		return failed(model.ReasonS3AccessDenied, "the object %s must not be read (%s); the credentials of the control plane need s3:GetObject", name(from), code)
	case errors.Is(err, syscall.ENOSPC):
		return failed(model.ReasonUnknown, "the disk of the control plane is full; the object %s could not be stored", name(from))
	}
	return failed(model.ReasonUnknown, "the object %s could not be fetched: %v", name(from), err)
}
