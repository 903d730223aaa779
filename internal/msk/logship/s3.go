package logship

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucket delivers an object a batch: FOLDER/YYYY/MM/DD/HH/TIME-PLACE.log.gz, with the
// time of its first line in UTC. An object that is sent again has the same key.
type bucket struct {
	client         *s3.Client
	bucket, folder string
}

func (b *bucket) limits() limits {
	return limits{bytes: 4 << 20, lines: 1 << 20, line: 1 << 20, overhead: 1, every: 5 * time.Minute}
}

func (b *bucket) send(ctx context.Context, x batch) (outcome, error) {
	body, err := zipped(x.lines)
	if err != nil {
		return outcome{left: x.lines}, err
	}
	_, err = b.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(b.bucket), Key: aws.String(b.key(x)), Body: bytes.NewReader(body),
		ContentType: aws.String("application/gzip"),
	})
	if err != nil {
		return outcome{left: x.lines}, err
	}
	return outcome{}, nil
}

func (b *bucket) key(x batch) string {
	first := x.lines[0].time.UTC()
	return b.folder + first.Format("2006/01/02/15/20060102T150405.000Z") + "-" + x.id + ".log.gz"
}

func zipped(lines []line) ([]byte, error) {
	var to bytes.Buffer
	z := gzip.NewWriter(&to)
	for _, l := range lines {
		if _, err := z.Write([]byte(l.text + "\n")); err != nil {
			return nil, fmt.Errorf("compress log lines: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress log lines: %w", err)
	}
	return to.Bytes(), nil
}

// folder returns a prefix with a slash at its end, unless it is empty.
func folder(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix
	}
	return prefix + "/"
}
