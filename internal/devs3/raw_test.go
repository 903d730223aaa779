package devs3

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestList(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	for _, key := range []string{"a", "a-b", "a/1", "a/2", "a.txt", "b/x/1", "b/x/2", "b/y", "c d+", "é"} {
		f.put(key, key)
	}
	cases := []struct {
		name, query string
		want        string // keys, groups in brackets, then the end of the page
	}{
		{"all in byte order", "list-type=2", "a a-b a.txt a/1 a/2 b/x/1 b/x/2 b/y c d+ é |"},
		{"prefix", "list-type=2&prefix=a/", "a/1 a/2 |"},
		{"delimiter", "list-type=2&delimiter=/", "a a-b a.txt [a/] [b/] c d+ é |"},
		{"prefix and delimiter", "list-type=2&prefix=b/&delimiter=/", "[b/x/] b/y |"},
		{"long delimiter", "list-type=2&prefix=b/&delimiter=x/", "[b/x/] b/y |"},
		{"page", "list-type=2&max-keys=2", "a a-b | more"},
		{"page ends with group", "list-type=2&delimiter=/&max-keys=4", "a a-b a.txt [a/] | more"},
		{"no keys", "list-type=2&max-keys=0", "|"},
		{"start after", "list-type=2&start-after=a/1", "a/2 b/x/1 b/x/2 b/y c d+ é |"},
		{"start after inside a group", "list-type=2&start-after=a/1&delimiter=/", "[a/] [b/] c d+ é |"},
		{"encoded", "list-type=2&encoding-type=url&prefix=c", "c%20d%2B |"},
		{"first version", "marker=b/y", "c d+ é |"},
		{"first version, marker is a group", "marker=a/&delimiter=/", "[b/] c d+ é |"},
		{"first version, page", "delimiter=/&max-keys=4", "a a-b a.txt [a/] | next a/"},
		{"prefix of nothing", "list-type=2&prefix=zz", "|"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			resp, body := f.raw("GET", "/bucket?"+c.query, "")
			if got := summary(body); resp.StatusCode != 200 || got != c.want {
				t.Errorf("%d %q, want %q", resp.StatusCode, got, c.want)
			}
		})
	}
	if got, want := f.keys(), "a a-b a.txt a/1 a/2 b/x/1 b/x/2 b/y c d+ é"; got != want {
		t.Errorf("pages of three: %q", got)
	}
}

// summary prints a listing in one line, groups where they belong in order.
func summary(body string) string {
	var items []string
	for rest := body; ; {
		i := strings.Index(rest, "<Key>")
		if i < 0 {
			break
		}
		rest = rest[i+len("<Key>"):]
		key, _, _ := strings.Cut(rest, "<")
		items = append(items, key)
	}
	for rest := body; ; {
		i := strings.Index(rest, "<CommonPrefixes><Prefix>")
		if i < 0 {
			break
		}
		rest = rest[i+len("<CommonPrefixes><Prefix>"):]
		group, _, _ := strings.Cut(rest, "<")
		at := 0
		for at < len(items) && strings.Trim(items[at], "[]") < group {
			at++
		}
		items = append(items[:at], append([]string{"[" + group + "]"}, items[at:]...)...)
	}
	end := "|"
	if _, rest, ok := strings.Cut(body, "<NextMarker>"); ok {
		marker, _, _ := strings.Cut(rest, "<")
		end += " next " + marker
	} else if strings.Contains(body, "<IsTruncated>true") {
		end += " more"
	}
	return strings.Join(append(items, end), " ")
}

func TestRawRequests(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	f.put("k", "0123456789")
	const etag = `"781e5e245d69b566979b86e28d23f2c7"`
	old, later := "Mon, 01 Jan 2001 00:00:00 GMT", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	cases := []struct {
		name, method, path, body string
		header                   []string
		status                   int
		want                     string
	}{
		{"get", "GET", "/bucket/k", "", nil, 200, "0123456789"},
		{"suffix range", "GET", "/bucket/k", "", []string{"Range: bytes=-3"}, 206, "789"},
		{"open range", "GET", "/bucket/k", "", []string{"Range: bytes=8-"}, 206, "89"},
		{"range beyond", "GET", "/bucket/k", "", []string{"Range: bytes=10-"}, 416, "<Code>InvalidRange</Code>"},
		{"range over the end", "GET", "/bucket/k", "", []string{"Range: bytes=8-99"}, 206, "89"},
		{"two ranges", "GET", "/bucket/k", "", []string{"Range: bytes=0-1,3-4"}, 200, "0123456789"},
		{"if match", "GET", "/bucket/k", "", []string{"If-Match: " + etag}, 200, "0123456789"},
		{"if match fails", "GET", "/bucket/k", "", []string{`If-Match: "0"`}, 412, "<Code>PreconditionFailed</Code>"},
		{"if none match", "GET", "/bucket/k", "", []string{"If-None-Match: " + etag}, 304, ""},
		{"unmodified since", "GET", "/bucket/k", "", []string{"If-Unmodified-Since: " + old}, 412, "<Code>PreconditionFailed</Code>"},
		{"modified since", "GET", "/bucket/k", "", []string{"If-Modified-Since: " + later}, 304, ""},
		{"head", "HEAD", "/bucket/k", "", nil, 200, ""},
		{"head missing", "HEAD", "/bucket/none", "", nil, 404, ""},
		{"no bucket", "GET", "/missing/k", "", nil, 404, "<Code>NoSuchBucket</Code>"},
		{"version", "GET", "/bucket/k?versionId=1", "", nil, 501, "<Code>NotImplemented</Code>"},
		{"acl", "PUT", "/bucket/k?acl", "", nil, 501, "<Code>NotImplemented</Code>"},
		{"form post", "POST", "/bucket", "x", nil, 501, "<Code>NotImplemented</Code>"},
		{"bad token", "GET", "/bucket?list-type=2&continuation-token=%25", "", nil, 400, "<Code>InvalidArgument</Code>"},
		{"bad max-keys", "GET", "/bucket?max-keys=-1", "", nil, 400, "<Code>InvalidArgument</Code>"},
		{"long key", "PUT", "/bucket/" + strings.Repeat("k", 1025), "x", nil, 400, "<Code>KeyTooLongError</Code>"},
		{"not UTF-8", "PUT", "/bucket/%ff", "x", nil, 400, "<Code>InvalidURI</Code>"},
		{"MD5", "PUT", "/bucket/n", "hello", []string{"Content-MD5: XUFAKrxLKna5cZ2REBfFkg=="}, 200, ""},
		{"wrong MD5", "PUT", "/bucket/n", "hallo", []string{"Content-MD5: XUFAKrxLKna5cZ2REBfFkg=="}, 400, "<Code>BadDigest</Code>"},
		{"no MD5", "PUT", "/bucket/n", "hello", []string{"Content-MD5: abc"}, 400, "<Code>InvalidDigest</Code>"},
		{"SHA-256", "PUT", "/bucket/n", "hello", []string{"X-Amz-Content-Sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}, 200, ""},
		{"wrong SHA-256", "PUT", "/bucket/n", "hallo", []string{"X-Amz-Content-Sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}, 400, "<Code>XAmzContentSHA256Mismatch</Code>"},
		{"CRC64NVME", "PUT", "/bucket/n", "123456789", []string{"x-amz-checksum-crc64nvme: rosUhgp5mIg="}, 200, ""},
		{"CRC32C", "PUT", "/bucket/n", "123456789", []string{"x-amz-checksum-crc32c: 4waSgw=="}, 200, ""},
		{"wrong CRC32", "PUT", "/bucket/n", "123456789", []string{"x-amz-checksum-crc32: AAAAAA=="}, 400, "<Code>BadDigest</Code>"},
		{"much metadata", "PUT", "/bucket/n", "x", []string{"x-amz-meta-a: " + strings.Repeat("v", 2048)}, 400, "<Code>MetadataTooLarge</Code>"},
		{"many deletions without digest", "POST", "/bucket?delete", "<Delete><Object><Key>k</Key></Object></Delete>", nil, 400, "<Code>InvalidRequest</Code>"},
		{"no XML", "PUT", "/bucket/k?tagging", "tags", nil, 400, "<Code>MalformedXML</Code>"},
		{"delete missing", "DELETE", "/bucket/none", "", nil, 204, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			resp, body := f.raw(c.method, c.path, c.body, c.header...)
			if resp.StatusCode != c.status || !strings.Contains(body, c.want) || (c.want == "" && body != "") {
				t.Errorf("%d %q, want %d %q", resp.StatusCode, body, c.status, c.want)
			}
		})
	}
	if got := f.keys(); got != "k n" {
		t.Errorf("keys %q: a refused write left something", got)
	}
}

func TestChunkedBodies(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	const unsigned, signed = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	cases := []struct {
		name, kind, body string
		header           []string
		length           string
		status           int
		want             string
	}{
		{"signed, accepted", signed, "5;chunk-signature=00\r\nhello\r\n4;chunk-signature=01\r\n you\r\n0;chunk-signature=02\r\n\r\n", nil, "9", 200, "hello you"},
		{"trailer", unsigned, "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32c:4waSgw==\r\n\r\n", []string{"X-Amz-Trailer: x-amz-checksum-crc32c"}, "9", 200, "123456789"},
		{"wrong trailer", unsigned, "9\r\n123456780\r\n0\r\nx-amz-checksum-crc32c:4waSgw==\r\n\r\n", []string{"X-Amz-Trailer: x-amz-checksum-crc32c"}, "9", 400, "BadDigest"},
		{"trailer left out", unsigned, "9\r\n123456789\r\n0\r\n\r\n", []string{"X-Amz-Trailer: x-amz-checksum-crc32c"}, "9", 400, "BadDigest"},
		{"no last line", unsigned, "2\r\nab\r\n0\r\n", nil, "2", 200, "ab"},
		{"empty", unsigned, "0\r\n\r\n", nil, "0", 200, ""},
		{"cut short", unsigned, "5\r\nab", nil, "5", 400, "IncompleteBody"},
		{"no size", unsigned, "zz\r\nab\r\n0\r\n\r\n", nil, "2", 400, "InvalidRequest"},
		{"negative size", unsigned, "-2\r\nab\r\n0\r\n\r\n", nil, "2", 400, "InvalidRequest"},
		{"longer than announced", unsigned, "5\r\nhello\r\n0\r\n\r\n", nil, "2", 400, "InvalidRequest"},
		{"shorter than announced", unsigned, "2\r\nab\r\n0\r\n\r\n", nil, "5", 400, "IncompleteBody"},
		{"longer than its size", unsigned, "2\r\nabc\r\n0\r\n\r\n", nil, "2", 400, "InvalidRequest"},
		{"not announced", unsigned, "2\r\nab\r\n0\r\n\r\n", nil, "", 411, "MissingContentLength"},
		{"endless line", unsigned, strings.Repeat("0", 5000), nil, "2", 400, "InvalidRequest"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			header := append([]string{"X-Amz-Content-Sha256: " + c.kind, "Content-Encoding: aws-chunked,gzip"}, c.header...)
			if c.length != "" {
				header = append(header, "X-Amz-Decoded-Content-Length: "+c.length)
			}
			resp, body := f.raw("PUT", "/bucket/k", c.body, header...)
			if resp.StatusCode != c.status {
				t.Fatalf("%d %q, want %d", resp.StatusCode, body, c.status)
			}
			if c.status != 200 {
				if !strings.Contains(body, "<Code>"+c.want) {
					t.Errorf("%q, want %s", body, c.want)
				}
				return
			}
			resp, body = f.raw("GET", "/bucket/k", "", "Accept-Encoding: identity")
			if body != c.want || resp.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("stored %q with encoding %q, want %q", body, resp.Header.Get("Content-Encoding"), c.want)
			}
		})
	}
}

func TestChunkSignaturesAreChecked(t *testing.T) {
	var seen []string
	check := func(trailer bool, signature string, sum []byte) error {
		seen = append(seen, fmt.Sprintf("%v %s %x", trailer, signature, sum[:2]))
		if signature == "bad" {
			return fmt.Errorf("signature")
		}
		return nil
	}
	f := start(t, Settings{Buckets: []string{"bucket"}, Authenticate: func(r *http.Request) (ChunkCheck, error) {
		if r.Header.Get("X-Refuse") != "" {
			return nil, fmt.Errorf("refused")
		}
		return check, nil
	}})
	header := []string{"X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length: 1", "X-Amz-Trailer: x-amz-checksum-crc32"}
	resp, body := f.raw("PUT", "/bucket/k", "1;chunk-signature=one\r\na\r\n0;chunk-signature=two\r\nx-amz-checksum-crc32:6Le+Qw==\r\nx-amz-trailer-signature:three\r\n\r\n", header...)
	if resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if got, want := strings.Join(seen, ", "), "false one ca97, false two e3b0, true three 3e0c"; !strings.HasPrefix(got, want[:len(want)-5]) {
		t.Errorf("checked %s, want %s", got, want)
	}
	resp, body = f.raw("PUT", "/bucket/k", "1;chunk-signature=bad\r\na\r\n0;chunk-signature=two\r\n\r\n", header...)
	if resp.StatusCode != 403 || !strings.Contains(body, "AccessDenied") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	resp, _ = f.raw("GET", "/bucket/k", "", "X-Refuse: 1")
	if resp.StatusCode != 403 {
		t.Errorf("refused request: %d", resp.StatusCode)
	}
}

func TestMissingLength(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	r, err := http.NewRequestWithContext(t.Context(), "PUT", f.url+"/bucket/k", struct{ io.Reader }{strings.NewReader("x")})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 411 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestFaults(t *testing.T) {
	var current atomic.Pointer[Fault]
	f := start(t, Settings{Buckets: []string{"bucket"}, Fault: func(*http.Request) *Fault { return current.Load() }})
	put := func(key string) error {
		_, err := f.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: &key, Body: strings.NewReader("x")})
		return err
	}
	current.Store(&Fault{Status: 503, Code: "SlowDown"})
	wantCode(t, "slow down", put("a"), "SlowDown")
	current.Store(&Fault{Status: 403, Code: "AccessDenied", Delay: time.Millisecond})
	wantCode(t, "denied", put("b"), "AccessDenied")
	current.Store(&Fault{Close: true})
	if err := put("c"); err == nil || !strings.Contains(err.Error(), "reset") {
		t.Errorf("reset: %v", err)
	}
	current.Store(&Fault{Close: true, AfterApply: true})
	if err := put("applied"); err == nil {
		t.Error("the lost answer arrived")
	}
	current.Store(&Fault{Delay: time.Millisecond})
	wantCode(t, "only late", put("late"), "")
	current.Store(nil)
	if got := f.keys(); got != "applied late" {
		t.Errorf("keys %q", got)
	}
}

func TestChecksumOfKnownText(t *testing.T) {
	want := map[string]string{
		"crc32": "y/Q5Jg==", "crc32c": "4waSgw==", "crc64nvme": "rosUhgp5mIg=",
		"sha1": "98O8HYCOBHMq32eZZczDTKeuNEE=", "sha256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	}
	for name, sum := range want {
		h := newChecksum(name)
		_, _ = io.WriteString(h, "123456789")
		if got := encodeSum(h); got != sum {
			t.Errorf("%s %s, want %s", name, got, sum)
		}
	}
}
