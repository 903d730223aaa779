package devs3

import (
	"crypto/md5"
	"encoding/xml"
	"net/http"
	"net/url"
	"os"
	"strings"
)

const maxMetadata = 2 << 10

// putObject answers PutObject and, with a copy source, CopyObject.
func (s *Server) putObject(w http.ResponseWriter, r *request) error {
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		return s.copyObject(w, r)
	}
	b, err := s.writableBucket(r.bucket)
	if err != nil {
		return err
	}
	o, err := newObject(r)
	if err != nil {
		return err
	}
	allowed, err := writeCondition(r.Header)
	if err != nil {
		return err
	}
	got, err := s.receive(r)
	if err != nil {
		return err
	}
	if err := b.put(got, o, allowed); err != nil {
		return err
	}
	w.Header().Set("Etag", o.quoted())
	setSums(w.Header(), o.Sums)
	w.WriteHeader(http.StatusOK)
	return nil
}

// newObject reads what the headers say about the object to be.
func newObject(r *request) (*object, error) {
	o := &object{Key: r.key, Header: map[string]string{}, Meta: map[string]string{}}
	for _, name := range []string{"Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"} {
		if value := r.Header.Get(name); value != "" {
			o.Header[name] = value
		}
	}
	if encoding := withoutChunked(o.Header["Content-Encoding"]); encoding != "" {
		o.Header["Content-Encoding"] = encoding
	} else {
		delete(o.Header, "Content-Encoding")
	}
	size := 0
	for name, values := range r.Header {
		if short, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			o.Meta[strings.ToLower(short)] = strings.Join(values, ",")
			size += len(short) + len(o.Meta[strings.ToLower(short)])
		}
	}
	if size > maxMetadata {
		return nil, errMetadataTooLarge
	}
	var err error
	o.Tags, err = tagsOf(r.Header.Get("X-Amz-Tagging"))
	return o, err
}

// withoutChunked takes the transfer's own encoding out of Content-Encoding.
func withoutChunked(encoding string) string {
	var rest []string
	for e := range strings.SplitSeq(encoding, ",") {
		if e = strings.TrimSpace(e); e != "" && e != "aws-chunked" {
			rest = append(rest, e)
		}
	}
	return strings.Join(rest, ",")
}

type copyDocument struct {
	XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
	LastModified string   `xml:"LastModified"`
	ETag         string   `xml:"ETag"`
}

func (s *Server) copyObject(w http.ResponseWriter, r *request) error {
	source, f, err := s.copySource(r)
	if err != nil {
		return err
	}
	defer f.Close()
	o, err := copyTarget(r, source)
	if err != nil {
		return err
	}
	b, err := s.writableBucket(r.bucket)
	if err != nil {
		return err
	}
	allowed, err := writeCondition(r.Header)
	if err != nil {
		return err
	}
	got, err := s.duplicate(f, source)
	if err != nil {
		return err
	}
	if err := b.put(got, o, allowed); err != nil {
		return err
	}
	s.writeXML(w, http.StatusOK, copyDocument{LastModified: stamp(o.Modified), ETag: o.quoted()})
	return nil
}

// copySource opens the object to be copied when its conditions hold.
func (s *Server) copySource(r *request) (*object, *os.File, error) {
	raw, version, _ := strings.Cut(r.Header.Get("X-Amz-Copy-Source"), "?")
	path, err := url.PathUnescape(raw)
	if err != nil {
		return nil, nil, errInvalidArgument.because("The copy source cannot be decoded.")
	}
	if version != "" {
		return nil, nil, errNotImplemented
	}
	name, key, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !ok || key == "" {
		return nil, nil, errInvalidArgument.because("The copy source is not a bucket and a key.")
	}
	b, err := s.store.bucket(name)
	if err != nil {
		return nil, nil, err
	}
	o, f, err := b.open(key)
	if err != nil {
		return nil, nil, err
	}
	if readConditions(r.Header, "X-Amz-Copy-Source-").check(o) != nil {
		_ = f.Close()
		return nil, nil, errPreconditionFailed
	}
	if name == r.bucket && key == r.key && r.Header.Get("X-Amz-Metadata-Directive") != "REPLACE" {
		_ = f.Close()
		return nil, nil, errInvalidRequest.because("An object is copied onto itself only with new metadata.")
	}
	return o, f, nil
}

// copyTarget combines the source's headers and tags with the request's.
func copyTarget(r *request, source *object) (*object, error) {
	o, err := newObject(r)
	if err != nil {
		return nil, err
	}
	if r.Header.Get("X-Amz-Metadata-Directive") != "REPLACE" {
		o.Header, o.Meta = source.Header, source.Meta
	}
	if r.Header.Get("X-Amz-Tagging-Directive") != "REPLACE" {
		o.Tags = source.Tags
	}
	return o, nil
}

// duplicate takes in the contents of an object. A copy of a multipart object is
// one piece; its ETag is computed anew.
func (s *Server) duplicate(src *os.File, source *object) (*received, error) {
	got, err := s.takeIn(&payload{src: src, size: source.Size, header: http.Header{}, md5: md5.New()})
	if err != nil {
		return nil, err
	}
	got.sums = source.Sums
	return got, nil
}
