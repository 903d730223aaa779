package devs3

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxKeyLength = 1024

// request is an HTTP request with its S3 address taken apart.
type request struct {
	*http.Request
	bucket, key string
	query       url.Values
	chunks      ChunkCheck
}

type handler func(w http.ResponseWriter, r *request) error

// subresources are the query parameters that name an operation of their own.
// uploadId comes first: it goes together with others.
func subresources() []string {
	return []string{
		"uploadId", "uploads", "delete", "tagging", "location", "versioning",
		"accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory",
		"legal-hold", "lifecycle", "logging", "metadataTable", "metrics", "notification", "object-lock",
		"ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication",
		"requestPayment", "restore", "retention", "select", "session", "torrent", "versionId", "versions", "website",
	}
}

// routeTable names every operation by method, level and subresource.
func (s *Server) routeTable() map[string]handler {
	return map[string]handler{
		"GET service": s.listBuckets,

		"PUT bucket":            s.createBucket,
		"HEAD bucket":           s.headBucket,
		"DELETE bucket":         s.deleteBucket,
		"GET bucket":            s.listObjects,
		"GET bucket location":   s.bucketLocation,
		"GET bucket versioning": s.bucketVersioning,
		"GET bucket uploads":    s.listUploads,
		"POST bucket delete":    s.deleteObjects,

		"GET object":    s.getObject,
		"HEAD object":   s.getObject,
		"PUT object":    s.putObject,
		"DELETE object": s.deleteObject,

		"GET object tagging":    s.getTagging,
		"PUT object tagging":    s.putTagging,
		"DELETE object tagging": s.deleteTagging,

		"POST object uploads":    s.createUpload,
		"PUT object uploadId":    s.uploadPart,
		"POST object uploadId":   s.completeUpload,
		"DELETE object uploadId": s.abortUpload,
		"GET object uploadId":    s.listParts,
	}
}

func parseRequest(hr *http.Request) (*request, error) {
	query, err := url.ParseQuery(hr.URL.RawQuery)
	if err != nil {
		return nil, errInvalidURI
	}
	r := &request{Request: hr, query: query}
	r.bucket, r.key, _ = strings.Cut(strings.TrimPrefix(hr.URL.Path, "/"), "/")
	if len(r.key) > maxKeyLength {
		return nil, errKeyTooLong
	}
	if !utf8.ValidString(r.key) || strings.ContainsRune(r.key, 0) {
		return nil, errInvalidURI.because("The key is not UTF-8 text.")
	}
	return r, nil
}

// route returns the name of the operation in the route table.
func (r *request) route() string {
	level := "object"
	switch {
	case r.bucket == "":
		level = "service"
	case r.key == "":
		level = "bucket"
	}
	name := r.Method + " " + level
	subs := subresources()
	if i := slices.IndexFunc(subs, r.query.Has); i >= 0 {
		name += " " + subs[i]
	}
	return name
}
