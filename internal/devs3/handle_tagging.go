package devs3

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"unicode/utf8"
)

const (
	maxTags     = 10
	maxTagKey   = 128
	maxTagValue = 256
)

type taggingDocument struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

type taggingAnswer struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Tagging"`
	Set     tagSet   `xml:"TagSet"`
}

type tagSet struct {
	Tags []tag `xml:"Tag"`
}

func (s *Server) getTagging(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	o, err := b.stat(r.key)
	if err != nil {
		return err
	}
	s.writeXML(w, http.StatusOK, taggingAnswer{Set: tagSet{o.Tags}})
	return nil
}

func (s *Server) putTagging(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	body, err := r.document(maxDocument)
	if err != nil {
		return err
	}
	var doc taggingDocument
	if xml.Unmarshal(body, &doc) != nil {
		return errMalformedXML
	}
	if err := checkTags(doc.Tags); err != nil {
		return err
	}
	if err := b.setTags(r.key, doc.Tags); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) deleteTagging(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	if err := b.setTags(r.key, nil); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// tagsOf reads the x-amz-tagging header, which is written like a query.
func tagsOf(header string) ([]tag, error) {
	if header == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, errInvalidArgument.because("The x-amz-tagging header cannot be decoded.")
	}
	var tags []tag
	for key, vs := range values {
		for _, v := range vs {
			tags = append(tags, tag{key, v})
		}
	}
	return tags, checkTags(tags)
}

func checkTags(tags []tag) error {
	if len(tags) > maxTags {
		return errInvalidTag.because("An object has at most 10 tags.")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		if t.Key == "" || utf8.RuneCountInString(t.Key) > maxTagKey || utf8.RuneCountInString(t.Value) > maxTagValue {
			return errInvalidTag
		}
		if seen[t.Key] {
			return errInvalidTag.because("A tag key is there twice.")
		}
		seen[t.Key] = true
	}
	return nil
}
