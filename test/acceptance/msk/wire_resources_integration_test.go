//go:build integration

package msk

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
)

// numbered returns so many tags.
func numbered(n int) document {
	tags := document{}
	for i := range n {
		tags["tag"+strconv.Itoa(i)] = ""
	}
	return tags
}

func tagLimits(s *stage) {
	arn := s.newWorkerConfiguration("tag-limits", converters).WorkerConfigurationArn
	path := at("tags", arn)
	put := func(tags any) reply {
		return s.send(s.T, request{line: "POST " + path, body: document{"tags": tags}.String()})
	}
	for _, c := range []struct {
		name     string
		tags     any
		accepted bool
	}{
		{"none", document{}, true},
		{"key of 128", document{strings.Repeat("é", 128): ""}, true},
		{"key of 129", document{strings.Repeat("k", 129): ""}, false},
		{"key of 0", document{"": "v"}, false},
		{"value of 256", document{"v": strings.Repeat("é", 256)}, true},
		{"value of 257", document{"v": strings.Repeat("v", 257)}, false},
		{"reserved", document{"aws:x": ""}, false},
		{"reserved for CloudFormation", document{"aws:cloudformation:stack-name": "s"}, true},
		{"nearly reserved", document{"awsx": ""}, true},
		{"number", document{"a": 1}, false},
		{"list", []any{}, false},
		{"null", nil, false},
		{"201", numbered(201), false},
		{"too many in all", numbered(199), false},
		{"200 in all", numbered(196), true},
		{"one more", document{"more": ""}, false},
		{"the same again", document{"awsx": "changed"}, true},
	} {
		before := s.send(s.T, request{line: "GET " + path})
		got := put(c.tags)
		if c.accepted {
			if got.status != http.StatusOK || got.body != "{}" {
				s.Errorf("%s: %d %s", c.name, got.status, got.body)
			}
			continue
		}
		s.isBadRequest(c.name, got)
		if after := s.send(s.T, request{line: "GET " + path}); after.body != before.body {
			s.Errorf("%s has changed the tags", c.name)
		}
	}
	s.names("no tags", s.send(s.T, request{line: "POST " + path, body: "{}"}), "tags")
	s.untag(path)
}

func (s *stage) untag(path string) {
	keys := func(n int) string {
		return path + "?" + url.Values{"tagKeys": slices.Repeat([]string{"none"}, n)}.Encode()
	}
	s.names("201 keys", s.send(s.T, request{line: "DELETE " + keys(201)}), "tagKeys")
	s.names("key of 129", s.send(s.T, request{line: "DELETE " + path + "?tagKeys=" + strings.Repeat("k", 129)}), "tagKeys")
	if got := s.send(s.T, request{line: "DELETE " + keys(200)}); got.status != http.StatusOK || got.body != "{}" {
		s.Errorf("200 keys: %d %s", got.status, got.body)
	}
}

// arnForms writes an ARN in all ways, and changes it.
func arnForms(s *stage) {
	arn := *s.newWorkerConfiguration("forms", converters).WorkerConfigurationArn
	escaped := url.QueryEscape(arn)
	describe := func(arn string) reply {
		return s.send(s.T, request{line: "GET /v1/worker-configurations/" + arn})
	}
	want := describe(escaped)
	all := ""
	for _, b := range []byte(arn) {
		all += fmt.Sprintf("%%%02X", b)
	}
	for name, form := range map[string]string{
		"plain": arn, "in lower case": strings.NewReplacer("%3A", "%3a", "%2F", "%2f").Replace(escaped),
		"slashes escaped": strings.ReplaceAll(arn, "/", "%2F"), "colons escaped": strings.ReplaceAll(arn, ":", "%3A"), "all escaped": all,
	} {
		if got := describe(form); got.status != http.StatusOK || got.body != want.body {
			s.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	foreign := []string{
		strings.Replace(arn, region, "us-west-2", 1), strings.Replace(arn, account, "000000000001", 1), strings.Replace(arn, "arn:aws:", "arn:aws-cn:", 1),
		strings.Replace(arn, "kafkaconnect", "kafka", 1), strings.Replace(arn, "worker-configuration", "connector", 1), strings.Replace(arn, "/forms", "/form", 1),
		arn[:len(arn)-1] + "9", s.strange("connector-operation") + "/12345678-09e7-4abc-8be8-c657f7e4ff32",
	}
	malformed := []string{strings.ToUpper(arn), arn + "/", arn + " ", " " + arn, "x", "arn:aws", ":::::", "..", "\x00", "é", strings.Repeat("a", 3000), url.QueryEscape(arn)}
	for _, path := range []string{"GET /v1/worker-configurations/%s", "DELETE /v1/worker-configurations/%s", "GET /v1/tags/%s", "DELETE /v1/tags/%s?tagKeys=k"} {
		for _, other := range foreign {
			s.isRefused(path+" of "+other, s.send(s.T, request{line: fmt.Sprintf(path, url.QueryEscape(other))}), http.StatusNotFound, "NotFoundException")
		}
		for _, other := range malformed {
			got := s.send(s.T, request{line: fmt.Sprintf(path, url.PathEscape(other))})
			if got.kind != badRequest && got.kind != "NotFoundException" || got.message == "" {
				s.Errorf("%s of %.40q: %d %s %s", path, other, got.status, got.kind, got.body)
			}
		}
	}
}

// tokens goes through a list whose members go meanwhile, and tampers with its tokens.
func tokens(s *stage) {
	type page struct {
		WorkerConfigurations []struct{ Name, WorkerConfigurationArn string }
		NextToken            string
	}
	const first = "/v1/worker-configurations?namePrefix=token-&maxResults="
	var want []string
	for i := range 9 {
		name := fmt.Sprintf("token-%d", 9-i)
		s.newWorkerConfiguration(name, converters)
		want = append(want, name)
	}
	for size := 1; size <= 10; size++ {
		var got []string
		pages := 0
		for token := ""; pages == 0 || token != ""; pages++ {
			p := get[page](s.T, s.plane, first+strconv.Itoa(size)+"&nextToken="+token)
			for _, w := range p.WorkerConfigurations {
				got = append(got, w.Name)
			}
			token = p.NextToken
		}
		if !slices.Equal(got, want) || pages != (len(want)+size-1)/size {
			s.Errorf("pages of %d: %d, %v", size, pages, got)
		}
	}
	start := get[page](s.T, s.plane, first+"3")
	for _, w := range start.WorkerConfigurations {
		if _, err := s.sdk.DeleteWorkerConfiguration(s.Context(), &kafkaconnect.DeleteWorkerConfigurationInput{WorkerConfigurationArn: &w.WorkerConfigurationArn}); err != nil {
			s.Fatal(err)
		}
	}
	s.newWorkerConfiguration("token-new", converters)
	if rest := get[page](s.T, s.plane, first+"2&nextToken="+start.NextToken); len(rest.WorkerConfigurations) != 2 || rest.WorkerConfigurations[0].Name != want[3] {
		s.Errorf("after deletions: %+v", rest)
	}
	for i, c := range start.NextToken {
		other := "A"
		if c == 'A' {
			other = "B"
		}
		changed := start.NextToken[:i] + other + start.NextToken[i+1:]
		s.isBadRequest("token "+changed, s.send(s.T, request{line: "GET " + first + "3&nextToken=" + changed}))
	}
	for _, list := range []string{"connectors?", "custom-plugins?", "worker-configurations?", "worker-configurations?namePrefix=other&"} {
		s.isBadRequest("token of another list at "+list, s.send(s.T, request{line: "GET /v1/" + list + "nextToken=" + start.NextToken}))
	}
}

// archiveOf returns a ZIP file with one entry.
func archiveOf(s *stage, name string, content io.Reader) []byte {
	s.Helper()
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, err := z.Create(name)
	if err == nil {
		_, err = io.Copy(w, content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		s.Fatal(err)
	}
	return file.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// pluginFiles makes plugins from files that are none.
func pluginFiles(s *stage) {
	const notThere, notGood = "InvalidInput.S3ObjectNotFound", "InvalidInput.InvalidPluginFile"
	good := archiveOf(s, "README", strings.NewReader("hello"))
	for i, c := range []struct {
		name, bucket, version string
		content               []byte
		code                  string
	}{
		{"no object", bucket, "", nil, notThere},
		{"no bucket", "no-such-bucket", "", nil, notThere},
		{"no version", bucket, "v1", good, notThere},
		{"empty", bucket, "", []byte{}, notGood},
		{"text", bucket, "", []byte("hello"), notGood},
		{"gzip", bucket, "", []byte("\x1f\x8b\x08 and so on"), notGood},
		{"cut in the middle", bucket, "", good[:len(good)/2], notGood},
		{"cut at the end", bucket, "", good[:len(good)-1], notGood},
		{"leads out", bucket, "", archiveOf(s, "../../etc/x.jar", strings.NewReader("x")), notGood},
		{"absolute", bucket, "", archiveOf(s, "/etc/x", strings.NewReader("x")), notGood},
		{"a JAR that is none", bucket, "", archiveOf(s, "x.jar", strings.NewReader("x")), notGood},
		{"bomb", bucket, "", archiveOf(s, "x", io.LimitReader(zeros{}, 300<<20)), notGood},
	} {
		key := fmt.Sprintf("files/%d", i)
		if c.content != nil {
			s.upload(s.T, key, c.content)
		}
		in := pluginInput(fmt.Sprintf("file-%d", i), key)
		in.Location.S3Location.BucketArn = aws.String("arn:aws:s3:::" + c.bucket)
		if c.version != "" {
			in.Location.S3Location.ObjectVersion = &c.version
		}
		made, err := s.sdk.CreateCustomPlugin(s.Context(), in)
		if err != nil || made.CustomPluginState != types.CustomPluginStateCreating {
			s.Errorf("%s: %+v, %v", c.name, made, err)
			continue
		}
		got := s.awaitPlugin(made.CustomPluginArn, types.CustomPluginStateCreateFailed)
		if d := got.StateDescription; d == nil || aws.ToString(d.Code) != c.code || aws.ToString(d.Message) == "" || got.LatestRevision != nil {
			s.Errorf("%s: %s, %+v", c.name, reason(d), got.LatestRevision)
		}
	}
}
