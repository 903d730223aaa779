//go:build integration

package msk

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
	"github.com/aws/smithy-go"
)

// requestChecks are about requests of any kind.
func requestChecks() []check {
	return []check{
		{"pages", []int{34, 35, 36, 37}, pages},
		{"ARNs", []int{62, 65}, arns},
		{"wrong signature", []int{63}, wrongSignature},
		{"throttling", []int{64}, throttle},
	}
}

func pages(s *stage) {
	want := []string{"page-3", "page-1", "page.2"}
	for _, name := range want {
		arn := s.create(s.unusable(name, "127.0.0.1:1"))
		defer func() {
			s.await(arn, types.ConnectorStateFailed)
			s.delete(arn)
		}()
	}
	all := kafkaconnect.NewListConnectorsPaginator(s.sdk, &kafkaconnect.ListConnectorsInput{MaxResults: aws.Int32(1), ConnectorNamePrefix: aws.String("page")})
	var got []string
	for all.HasMorePages() {
		page, err := all.NextPage(s.Context())
		if err != nil || len(page.Connectors) != 1 {
			s.Fatalf("%+v, %v", page, err)
		}
		got = append(got, *page.Connectors[0].ConnectorName)
	}
	if !slices.Equal(got, want) {
		s.Errorf("connectors %v, want %v", got, want)
	}
	for _, query := range []string{"maxResults=0", "maxResults=101", "maxResults=-1", "maxResults=x", "maxResults=1.5", "nextToken=garbage", "nextToken=%ff"} {
		s.isBadRequest(query, s.send(s.T, request{line: "GET /v1/connectors?" + query}))
	}
	_, err := s.sdk.ListConnectors(s.Context(), &kafkaconnect.ListConnectorsInput{NextToken: aws.String("garbage")})
	refused[*types.BadRequestException](s, "garbage token", err)
	none, err := s.sdk.ListConnectors(s.Context(), &kafkaconnect.ListConnectorsInput{ConnectorNamePrefix: aws.String("a b/")})
	if err != nil || none.Connectors == nil || len(none.Connectors) != 0 || none.NextToken != nil {
		s.Errorf("prefix a b/: %+v, %v", none, err)
	}
	one := get[struct {
		Connectors []struct{ ConnectorName string }
	}](s.T, s.plane, "/v1/connectors?connectorNamePrefix=%70age%2E")
	if len(one.Connectors) != 1 || one.Connectors[0].ConnectorName != "page.2" {
		s.Errorf("prefix page.: %+v", one)
	}
}

func arns(s *stage) {
	describe := func(arn string) error { _, err := s.describe(&arn); return err }
	refused[*types.NotFoundException](s, "ARN of a plugin", describe(*s.plugin))
	refused[*types.BadRequestException](s, "no ARN", describe("no ARN/at all?"))
	got := s.newWorkerConfiguration("plain", converters).WorkerConfigurationArn
	escaped := s.send(s.T, request{line: "GET " + at("worker-configurations", got)})
	plain := s.send(s.T, request{line: "GET /v1/worker-configurations/" + *got})
	if escaped.status != http.StatusOK || plain.status != http.StatusOK || escaped.body != plain.body {
		s.Errorf("escaped: %d %s, plain: %d %s", escaped.status, escaped.body, plain.status, plain.body)
	}
	arn, _ := s.run(s.source("slashes"))
	if raw := s.send(s.T, request{line: "GET /v1/connectors/" + *arn}); raw.status != http.StatusOK {
		s.Errorf("connector: %d %s", raw.status, raw.body)
	}
	if raw := s.send(s.T, request{line: "GET /v1/connectors/" + *arn + "/operations"}); raw.status != http.StatusOK {
		s.Errorf("its operations: %d %s", raw.status, raw.body)
	}
	s.delete(arn)
}

func wrongSignature(s *stage) {
	_, err := s.client(s.url, "another secret").ListConnectors(s.Context(), &kafkaconnect.ListConnectorsInput{})
	var problem smithy.APIError
	if !errors.As(err, &problem) || problem.ErrorCode() != "InvalidSignatureException" || problem.ErrorMessage() == "" {
		s.Errorf("%v", err)
	}
}

// throttle has a proxy that answers the first request itself, as a front end does that has
// too many.
func throttle(s *stage) {
	target, err := url.Parse(s.url)
	if err != nil {
		s.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}
	var calls atomic.Int32
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 1 {
			through.ServeHTTP(w, r)
			return
		}
		w.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer front.Close()
	_, err = s.client(front.URL, secretKey).ListConnectors(s.Context(), &kafkaconnect.ListConnectorsInput{})
	if err != nil || calls.Load() != 2 {
		s.Errorf("%d calls, %v", calls.Load(), err)
	}
}
