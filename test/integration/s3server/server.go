package s3server

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	region = "us-east-1"
	access = "access-of-the-test"
	secret = "secret-of-the-test"

	guest       = "guest-of-the-test"
	guestSecret = "secret-of-the-guest"
)

// Server is a running server. Its methods may be called by several goroutines.
type Server struct {
	url    string
	client *s3.Client
}

func at(url string) *Server {
	return &Server{url, s3.New(s3.Options{
		BaseEndpoint: &url, Region: region, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(access, secret, ""),
	})}
}

// Create creates a bucket and returns what a connector needs to write to it.
func (s *Server) Create(t testing.TB, bucket string) map[string]string {
	t.Helper()
	if _, err := s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatalf("create bucket %s: %v", bucket, err)
	}
	return map[string]string{
		"store.url": s.url, "s3.region": region, "s3.bucket.name": bucket,
		"aws.access.key.id": access, "aws.secret.access.key": secret,
	}
}

// Admit gives a guest rights such as s3:PutObject on a bucket and what is in it, and no
// others. It changes what Create has returned to have the guest's access keys. Only
// versitygw has a guest.
func (s *Server) Admit(t testing.TB, props map[string]string, rights ...string) {
	t.Helper()
	bucket := props["s3.bucket.name"]
	policy := fmt.Sprintf(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":[%q]},"Action":["%s"],"Resource":["arn:aws:s3:::%s","arn:aws:s3:::%[3]s/*"]}]}`,
		guest, strings.Join(rights, `","`), bucket)
	if _, err := s.client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy}); err != nil {
		t.Fatalf("set the policy of bucket %s: %v", bucket, err)
	}
	props["aws.access.key.id"], props["aws.secret.access.key"] = guest, guestSecret
}

// Put stores an object.
func (s *Server) Put(t testing.TB, bucket, key, content string) {
	t.Helper()
	if _, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(content)}); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

// Delete deletes a bucket that is empty.
func (s *Server) Delete(t testing.TB, bucket string) {
	t.Helper()
	if _, err := s.client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
		t.Fatalf("delete bucket %s: %v", bucket, err)
	}
}

// Object is an object in a bucket.
type Object struct {
	Key, ETag string
	Content   []byte
	Tags      map[string]string
}

// Keys returns the names of all objects, sorted.
func (s *Server) Keys(t testing.TB, bucket string) (keys []string) {
	t.Helper()
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("list bucket %s: %v", bucket, err)
		}
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

// Object returns an object, which must exist.
func (s *Server) Object(t testing.TB, bucket, key string) Object {
	t.Helper()
	out, err := s.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer out.Body.Close()
	content, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	tags, err := s.client.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatalf("tags of %s: %v", key, err)
	}
	o := Object{key, strings.Trim(aws.ToString(out.ETag), `"`), content, map[string]string{}}
	for _, tag := range tags.TagSet {
		o.Tags[*tag.Key] = *tag.Value
	}
	return o
}

// Uploads returns how many multipart uploads of a bucket are not complete.
func (s *Server) Uploads(t testing.TB, bucket string) int {
	t.Helper()
	out, err := s.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil {
		t.Fatalf("list uploads of %s: %v", bucket, err)
	}
	return len(out.Uploads)
}

// MultipartTag returns the ETag of content that was sent in parts of a size: the MD5 over
// theirs, and their number. The last part may be empty.
func MultipartTag(content []byte, partSize int) string {
	sum, parts := md5.New(), 0
	for r := bytes.NewReader(content); ; {
		part := make([]byte, min(partSize, r.Len()))
		_, _ = io.ReadFull(r, part)
		one := md5.Sum(part)
		_, _ = sum.Write(one[:])
		if parts++; len(part) < partSize {
			return fmt.Sprintf("%s-%d", hex.EncodeToString(sum.Sum(nil)), parts)
		}
	}
}
