package devs3

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestSDKObjects(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	ctx := t.Context()
	put, err := f.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("topics/t/partition=0/t+0+0.json"), Body: strings.NewReader("0123456789"),
		ContentType: aws.String("application/json"), Metadata: map[string]string{"Origin": "test"}, Tagging: aws.String("a=1&b=x%20y"),
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum([]byte("0123456789"))
	if want := `"` + hex.EncodeToString(sum[:]) + `"`; *put.ETag != want {
		t.Errorf("ETag %s, want %s", *put.ETag, want)
	}
	key := aws.String("topics/t/partition=0/t+0+0.json")
	head, err := f.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if *head.ContentLength != 10 || *head.ContentType != "application/json" || head.Metadata["origin"] != "test" || *head.TagCount != 2 {
		t.Errorf("head: %d bytes, type %s, metadata %v, tags %d", *head.ContentLength, *head.ContentType, head.Metadata, *head.TagCount)
	}
	got, err := f.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: key, Range: aws.String("bytes=2-4")})
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(got.Body); string(body) != "234" || *got.ContentRange != "bytes 2-4/10" {
		t.Errorf("range: %q %s", body, *got.ContentRange)
	}
	if body := f.get(*key); body != "0123456789" {
		t.Errorf("get: %q", body)
	}
	if _, err := f.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: key}); err != nil {
		t.Error(err)
	}
	_, err = f.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: key})
	wantCode(t, "get deleted", err, "NoSuchKey")
}

func TestSDKBuckets(t *testing.T) {
	f := start(t, Settings{})
	ctx := t.Context()
	name := aws.String("bucket")
	_, err := f.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: name})
	wantCode(t, "head missing", err, "NotFound")
	_, err = f.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: aws.String("k"), Body: strings.NewReader("x")})
	wantCode(t, "put into missing", err, "NoSuchBucket")
	_, err = f.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name})
	wantCode(t, "create", err, "")
	_, err = f.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name})
	wantCode(t, "create again", err, "BucketAlreadyOwnedByYou")
	_, err = f.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("Wrong_Name")})
	wantCode(t, "create with a wrong name", err, "InvalidBucketName")
	list, err := f.s3.ListBuckets(ctx, &s3.ListBucketsInput{})
	if err != nil || len(list.Buckets) != 1 || *list.Buckets[0].Name != "bucket" {
		t.Errorf("list: %+v %v", list, err)
	}
	location, err := f.s3.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: name})
	if err != nil || location.LocationConstraint != "" {
		t.Errorf("location: %+v %v", location, err)
	}
	f.put("a", "x")
	_, err = f.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: name})
	wantCode(t, "delete full", err, "BucketNotEmpty")
	_, err = f.s3.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: name, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("not there")}}}})
	wantCode(t, "delete objects", err, "")
	_, err = f.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: name})
	wantCode(t, "delete", err, "")
	_, err = f.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: aws.String("{}")})
	wantCode(t, "policy", err, "NotImplemented")
}

func TestSDKAutoCreateBucket(t *testing.T) {
	f := start(t, Settings{AutoCreateBucket: true})
	f.put("a", "x")
	if got := f.get("a"); got != "x" {
		t.Error(got)
	}
}

func TestSDKConditionalWrite(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	write := func(ifNone, ifMatch string) error {
		in := &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"), Body: strings.NewReader("x")}
		if ifNone != "" {
			in.IfNoneMatch = &ifNone
		}
		if ifMatch != "" {
			in.IfMatch = &ifMatch
		}
		_, err := f.s3.PutObject(t.Context(), in)
		return err
	}
	wantCode(t, "replace what is missing", write("", `"00"`), "NoSuchKey")
	wantCode(t, "first", write("*", ""), "")
	wantCode(t, "second", write("*", ""), "PreconditionFailed")
	wantCode(t, "replace another", write("", `"00"`), "PreconditionFailed")
	wantCode(t, "replace", write("", `"9dd4e461268c8034f5c8564e155c67a6"`), "")
	wantCode(t, "unless one ETag", write(`"00"`, ""), "NotImplemented")
}

func TestSDKMultipart(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	ctx := t.Context()
	bucket, key := aws.String("bucket"), aws.String("big/object")
	created, err := f.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ContentType: aws.String("text/plain"), Tagging: aws.String("a=b")})
	if err != nil {
		t.Fatal(err)
	}
	bodies := [][]byte{bytes.Repeat([]byte("a"), 5<<20), bytes.Repeat([]byte("b"), 5<<20), {}}
	var parts []types.CompletedPart
	sums := md5.New()
	for i, body := range bodies {
		out, err := f.s3.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: created.UploadId, PartNumber: aws.Int32(int32(i + 1)), Body: bytes.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.Sum(body)
		sums.Write(sum[:])
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32})
	}
	listed, err := f.s3.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: created.UploadId, MaxParts: aws.Int32(2)})
	if err != nil || len(listed.Parts) != 2 || !*listed.IsTruncated || *listed.NextPartNumberMarker != "2" {
		t.Errorf("parts: %+v %v", listed, err)
	}
	uploads, err := f.s3.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: aws.String("big/")})
	if err != nil || len(uploads.Uploads) != 1 || *uploads.Uploads[0].UploadId != *created.UploadId {
		t.Errorf("uploads: %+v %v", uploads, err)
	}
	complete := func(p []types.CompletedPart) (*s3.CompleteMultipartUploadOutput, error) {
		return f.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: p}})
	}
	reversed := slices.Clone(parts)
	slices.Reverse(reversed)
	_, err = complete(reversed)
	wantCode(t, "wrong order", err, "InvalidPartOrder")
	_, err = complete([]types.CompletedPart{{PartNumber: aws.Int32(1), ETag: aws.String(`"00"`)}})
	wantCode(t, "wrong ETag", err, "InvalidPart")
	_, err = complete([]types.CompletedPart{{PartNumber: aws.Int32(9), ETag: parts[0].ETag}})
	wantCode(t, "missing part", err, "InvalidPart")
	done, err := complete(parts)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"` + hex.EncodeToString(sums.Sum(nil)) + `-3"`; *done.ETag != want {
		t.Errorf("ETag %s, want %s", *done.ETag, want)
	}
	if got, want := f.get(*key), string(slices.Concat(bodies...)); got != want {
		t.Errorf("object has %d bytes, want %d", len(got), len(want))
	}
	_, err = complete(parts)
	wantCode(t, "complete again", err, "NoSuchUpload")
}

func TestSDKMultipartRefusals(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	ctx := t.Context()
	bucket, key := aws.String("bucket"), aws.String("k")
	created, err := f.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for n := range int32(2) {
		out, err := f.s3.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: created.UploadId, PartNumber: aws.Int32(n + 1), Body: strings.NewReader("small")})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(n + 1), ETag: out.ETag})
	}
	_, err = f.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	wantCode(t, "small parts", err, "EntityTooSmall")
	_, err = f.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId})
	wantCode(t, "abort", err, "")
	_, err = f.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId})
	wantCode(t, "abort again", err, "NoSuchUpload")
	_, err = f.s3.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: created.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("x")})
	wantCode(t, "part of nothing", err, "NoSuchUpload")
	_, err = f.s3.UploadPartCopy(ctx, &s3.UploadPartCopyInput{Bucket: bucket, Key: key, UploadId: created.UploadId, PartNumber: aws.Int32(1), CopySource: aws.String("bucket/a")})
	wantCode(t, "part copy", err, "NotImplemented")
}

func TestSDKTaggingAndCopy(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket", "other"}})
	ctx := t.Context()
	bucket, key := aws.String("bucket"), aws.String("a b/ü+")
	f.put(*key, "contents")
	set := &types.Tagging{TagSet: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}
	_, err := f.s3.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: set})
	wantCode(t, "put tags", err, "")
	twice := &types.Tagging{TagSet: append(set.TagSet, set.TagSet...)}
	_, err = f.s3.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: twice})
	wantCode(t, "put tags twice", err, "InvalidTag")
	_, err = f.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("other"), Key: aws.String("copy"), CopySource: aws.String("bucket/a%20b/%C3%BC%2B")})
	wantCode(t, "copy", err, "")
	tags, err := f.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: aws.String("other"), Key: aws.String("copy")})
	if err != nil || len(tags.TagSet) != 1 || *tags.TagSet[0].Value != "v" {
		t.Errorf("tags of the copy: %+v %v", tags, err)
	}
	_, err = f.s3.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: bucket, Key: key})
	wantCode(t, "delete tags", err, "")
	tags, err = f.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: key})
	if err != nil || len(tags.TagSet) != 0 {
		t.Errorf("tags: %+v %v", tags, err)
	}
	_, err = f.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: key, CopySource: aws.String("bucket/a%20b/%C3%BC%2B")})
	wantCode(t, "copy onto itself", err, "InvalidRequest")
	_, err = f.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: key, CopySource: aws.String("bucket/a%20b/%C3%BC%2B"), CopySourceIfMatch: aws.String("00")})
	wantCode(t, "conditional copy", err, "PreconditionFailed")
	_, err = f.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: key, CopySource: aws.String("bucket/missing")})
	wantCode(t, "copy of nothing", err, "NoSuchKey")
}
