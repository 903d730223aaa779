package s3store

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/objectstore"
)

// contentType is what the Java SDK sends and S3 takes when there is none.
const contentType = "binary/octet-stream"

// Bucket is a bucket of S3: an objectstore.Bucket.
type Bucket struct {
	client   *s3.Client
	settings Settings
	name     *string
	customer customerKey
	close    func()
}

// customerKey is the headers of encryption with a key of the customer, nil for
// none.
type customerKey struct{ algorithm, key, md5 *string }

func customerKeyOf(key []byte) customerKey {
	if len(key) == 0 {
		return customerKey{}
	}
	sum := md5.Sum(key)
	return customerKey{
		aws.String(string(types.ServerSideEncryptionAes256)),
		aws.String(base64.StdEncoding.EncodeToString(key)), aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	}
}

// Open returns a bucket, after a look whether it exists. Close it.
func Open(ctx context.Context, s Settings) (*Bucket, error) {
	if s.Attempts < 1 {
		return nil, &connect.Error{Msg: "maxAttempts must be positive", Err: errors.New("set s3.part.retries to 1 or more")}
	}
	b := &Bucket{settings: s, name: aws.String(s.Bucket)}
	var err error
	if b.client, b.close, err = newClient(ctx, &s); err != nil {
		return nil, err
	}
	b.customer = customerKeyOf(s.Encryption.CustomerKey)
	if err := b.check(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close releases the connections.
func (b *Bucket) Close() { b.close() }

// place is how errors call an object.
func (b *Bucket) place(key string) string { return "s3://" + *b.name + "/" + key }

// check asks for the bucket. An answer of 301 or 403 proves that it exists.
func (b *Bucket) check(ctx context.Context) error {
	_, err := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b.name})
	if err == nil {
		return nil
	}
	switch a, _ := read(err); a.status {
	case http.StatusMovedPermanently, http.StatusForbidden:
		return nil
	case http.StatusNotFound:
		return &connect.Error{
			Msg: "Non-existent S3 bucket: " + *b.name,
			Err: fmt.Errorf("create the bucket, or correct s3.bucket.name, s3.region or store.url: %w", err),
		}
	case 0:
		return &connect.Error{Msg: err.Error(), Err: fmt.Errorf("look for bucket %s: %w", *b.name, err)}
	default:
		return &connect.Error{
			Msg: "software.amazon.awssdk.services.s3.model.S3Exception: " + a.String(),
			Err: fmt.Errorf("look for bucket %s: %w", *b.name, err),
		}
	}
}

// Create begins a multipart upload.
func (b *Bucket) Create(ctx context.Context, key string) (string, error) {
	in := &s3.CreateMultipartUploadInput{
		Bucket: b.name, Key: &key, ContentType: aws.String(contentType), ACL: types.ObjectCannedACL(b.settings.ACL),
		SSECustomerAlgorithm: b.customer.algorithm, SSECustomerKey: b.customer.key, SSECustomerKeyMD5: b.customer.md5,
	}
	switch e := &b.settings.Encryption; {
	case e.Name == string(types.ServerSideEncryptionAes256) && len(e.CustomerKey) == 0:
		in.ServerSideEncryption = types.ServerSideEncryptionAes256
	case e.Name == string(types.ServerSideEncryptionAwsKms) && e.KMSKey != "":
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &e.KMSKey
	}
	out, err := b.client.CreateMultipartUpload(ctx, in)
	if err != nil {
		return "", explain(err, "", "create multipart upload of "+b.place(key))
	}
	return aws.ToString(out.UploadId), nil
}

// Upload sends a part.
func (b *Bucket) Upload(ctx context.Context, u objectstore.Upload, number int, body objectstore.Body) (string, error) {
	in := &s3.UploadPartInput{
		Bucket: b.name, Key: &u.Key, UploadId: &u.ID, PartNumber: aws.Int32(int32(number)),
		Body: body, ContentLength: aws.Int64(body.Len()),
		SSECustomerAlgorithm: b.customer.algorithm, SSECustomerKey: b.customer.key, SSECustomerKeyMD5: b.customer.md5,
	}
	if b.settings.MD5 {
		sum := md5.New()
		if _, err := io.Copy(sum, body); err != nil {
			return "", fmt.Errorf("read part: %w", err)
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return "", fmt.Errorf("read part again: %w", err)
		}
		in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	}
	out, err := b.client.UploadPart(ctx, in)
	if err != nil {
		return "", explain(err, "Part upload failed: ", fmt.Sprintf("upload part %d of %s: %s", number, b.place(u.Key), text(err)))
	}
	return aws.ToString(out.ETag), nil
}

// Complete makes the object visible.
func (b *Bucket) Complete(ctx context.Context, u objectstore.Upload, tags []string, onlyNew bool) error {
	parts := make([]types.CompletedPart, len(tags))
	for i := range tags {
		parts[i] = types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: &tags[i]}
	}
	in := &s3.CompleteMultipartUploadInput{
		Bucket: b.name, Key: &u.Key, UploadId: &u.ID, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}
	if onlyNew {
		in.IfNoneMatch = aws.String("*")
	}
	tries := 0
	_, err := b.client.CompleteMultipartUpload(ctx, in, count(&tries))
	if err == nil {
		return nil
	}
	a, _ := read(err)
	exists := onlyNew && (a.status == http.StatusPreconditionFailed || a.code == "PreconditionFailed")
	gone := a.noUpload()
	switch {
	case tries > 1 && (exists || gone) && b.has(ctx, u.Key, tags):
		return nil // an earlier try was successful, and its answer lost
	case exists:
		return fmt.Errorf("complete %s: %w", u.Key, objectstore.ErrExists)
	case onlyNew && a.status == http.StatusConflict, tries > 1 && gone:
		// Another write of the same key is going on, or may have been successful: S3
		// asks to begin anew, or would.
		return connect.Retriable(explain(err, "", "complete "+b.place(u.Key)))
	}
	return explain(err, "", "complete "+b.place(u.Key))
}

// has tells whether there is an object of these parts.
func (b *Bucket) has(ctx context.Context, key string, tags []string) bool {
	want, ok := joinedTag(tags)
	if !ok {
		return false
	}
	out, err := b.head(ctx, key)
	return err == nil && strings.Trim(aws.ToString(out.ETag), `"`) == want
}

// joinedTag returns the tag that S3 gives an object of parts: the MD5 over theirs, and
// their number. false says that the tags are no MD5, as with some kinds of encryption.
func joinedTag(tags []string) (string, bool) {
	sum := md5.New()
	for _, tag := range tags {
		raw, err := hex.DecodeString(strings.Trim(tag, `"`))
		if err != nil || len(raw) != md5.Size {
			return "", false
		}
		_, _ = sum.Write(raw)
	}
	return fmt.Sprintf("%x-%d", sum.Sum(nil), len(tags)), true
}

// count returns an option that counts how often a request is tried.
func count(tries *int) func(*s3.Options) {
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("CountTries", func(
				ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
			) (middleware.FinalizeOutput, middleware.Metadata, error) {
				*tries++
				return next.HandleFinalize(ctx, in)
			}), "Retry", middleware.After)
		})
	}
}

// Abort gives up a multipart upload. It is well if there is none.
func (b *Bucket) Abort(ctx context.Context, u objectstore.Upload) error {
	_, err := b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: b.name, Key: &u.Key, UploadId: &u.ID})
	if a, _ := read(err); a.noUpload() {
		return nil
	}
	return explain(err, "", "abort multipart upload of "+b.place(u.Key))
}

// Exists looks for an object.
func (b *Bucket) Exists(ctx context.Context, key string) (bool, error) {
	_, err := b.head(ctx, key)
	if a, ok := read(err); ok && a.status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, explain(err, "", "look for "+b.place(key))
}

func (b *Bucket) head(ctx context.Context, key string) (*s3.HeadObjectOutput, error) {
	return b.client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: b.name, Key: &key,
		SSECustomerAlgorithm: b.customer.algorithm, SSECustomerKey: b.customer.key, SSECustomerKeyMD5: b.customer.md5,
	})
}

// SetTags replaces the tags of an object.
func (b *Bucket) SetTags(ctx context.Context, key string, tags []objectstore.Tag) error {
	set := make([]types.Tag, len(tags))
	for i, t := range tags {
		set[i] = types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)}
	}
	_, err := b.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
		Bucket: b.name, Key: &key, Tagging: &types.Tagging{TagSet: set},
	})
	return explain(err, "", "tag "+b.place(key))
}
