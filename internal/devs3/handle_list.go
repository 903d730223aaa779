package devs3

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

const maxPage = 1000

type listDocument struct {
	XMLName        xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name           string          `xml:"Name"`
	Prefix         string          `xml:"Prefix"`
	Marker         *string         `xml:"Marker"`
	NextMarker     string          `xml:"NextMarker,omitempty"`
	StartAfter     string          `xml:"StartAfter,omitempty"`
	Token          string          `xml:"ContinuationToken,omitempty"`
	NextToken      string          `xml:"NextContinuationToken,omitempty"`
	KeyCount       *int            `xml:"KeyCount"`
	MaxKeys        int             `xml:"MaxKeys"`
	Delimiter      string          `xml:"Delimiter,omitempty"`
	EncodingType   string          `xml:"EncodingType,omitempty"`
	IsTruncated    bool            `xml:"IsTruncated"`
	Contents       []entryDocument `xml:"Contents"`
	CommonPrefixes []groupDocument `xml:"CommonPrefixes"`
}

type entryDocument struct {
	Key          string `xml:"Key"`
	LastModified string `xml:"LastModified"`
	ETag         string `xml:"ETag"`
	Size         int64  `xml:"Size"`
	StorageClass string `xml:"StorageClass"`
	Owner        *owner `xml:"Owner,omitempty"`
}

type groupDocument struct {
	Prefix string `xml:"Prefix"`
}

// listObjects answers ListObjects and, with list-type=2, ListObjectsV2.
func (s *Server) listObjects(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	limit, err := r.pageSize("max-keys")
	if err != nil {
		return err
	}
	encode, err := r.encoding()
	if err != nil {
		return err
	}
	q := listQuery{prefix: r.query.Get("prefix"), delimiter: r.query.Get("delimiter"), max: limit}
	doc := &listDocument{
		Name: b.name, Prefix: encode(q.prefix), Delimiter: encode(q.delimiter), MaxKeys: limit,
		EncodingType: r.query.Get("encoding-type"),
	}
	if r.query.Get("list-type") == "2" {
		err = s.pageV2(r, b, q, doc, encode)
	} else {
		s.pageV1(r, b, q, doc, encode)
	}
	if err != nil {
		return err
	}
	s.writeXML(w, http.StatusOK, doc)
	return nil
}

func (s *Server) pageV1(r *request, b *bucket, q listQuery, doc *listDocument, encode func(string) string) {
	marker := r.query.Get("marker")
	shown := encode(marker)
	doc.Marker = &shown
	q.start = startAfter(marker, q.prefix, q.delimiter)
	page := b.list(q)
	s.fill(doc, page, true, encode)
	if page.next != "" && q.delimiter != "" {
		doc.NextMarker = encode(page.items[len(page.items)-1].key)
	}
}

func (s *Server) pageV2(r *request, b *bucket, q listQuery, doc *listDocument, encode func(string) string) error {
	doc.Token = r.query.Get("continuation-token")
	if r.query.Has("continuation-token") {
		start, err := base64.RawURLEncoding.DecodeString(doc.Token)
		if err != nil || len(start) == 0 {
			return errInvalidArgument.because("The continuation token is not valid.")
		}
		q.start = string(start)
	} else if after := r.query.Get("start-after"); after != "" {
		doc.StartAfter = encode(after)
		q.start = startAfter(after, q.prefix, q.delimiter)
	}
	page := b.list(q)
	s.fill(doc, page, r.query.Get("fetch-owner") == "true", encode)
	count := len(page.items)
	doc.KeyCount = &count
	if page.next != "" {
		doc.NextToken = base64.RawURLEncoding.EncodeToString([]byte(page.next))
	}
	return nil
}

func (s *Server) fill(doc *listDocument, page listing, owners bool, encode func(string) string) {
	doc.IsTruncated = page.next != ""
	var own *owner
	if owners {
		o := s.owner()
		own = &o
	}
	for _, item := range page.items {
		if item.object == nil {
			doc.CommonPrefixes = append(doc.CommonPrefixes, groupDocument{encode(item.key)})
			continue
		}
		o := item.object
		doc.Contents = append(doc.Contents, entryDocument{encode(o.Key), stamp(o.Modified), o.quoted(), o.Size, "STANDARD", own})
	}
}

// pageSize reads a limit between 0 and 1000; more means 1000.
func (r *request) pageSize(name string) (int, error) {
	text := r.query.Get(name)
	if text == "" {
		return maxPage, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, errInvalidArgument.because("The argument " + name + " is not a valid number.")
	}
	return min(int(n), maxPage), nil
}

// encoding returns how keys are written into the answer.
func (r *request) encoding() (func(string) string, error) {
	switch r.query.Get("encoding-type") {
	case "":
		return func(s string) string { return s }, nil
	case "url":
		return escapeKey, nil
	default:
		return nil, errInvalidArgument.because("The only encoding type is url.")
	}
}

// escapeKey percent-encodes everything but unreserved characters and "/".
func escapeKey(key string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(key) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}
