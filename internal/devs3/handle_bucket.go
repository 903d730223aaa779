package devs3

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"time"
)

const maxDocument = 4 << 20

type owner struct {
	ID          string `xml:"ID"`
	DisplayName string `xml:"DisplayName"`
}

func (s *Server) owner() owner { return owner{ID: "millrace", DisplayName: "millrace"} }

type bucketsDocument struct {
	XMLName xml.Name         `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   owner            `xml:"Owner"`
	Buckets []bucketDocument `xml:"Buckets>Bucket"`
}

type bucketDocument struct {
	Name         string `xml:"Name"`
	CreationDate string `xml:"CreationDate"`
}

func (s *Server) listBuckets(w http.ResponseWriter, _ *request) error {
	doc := bucketsDocument{Owner: s.owner()}
	for _, b := range s.store.listBuckets() {
		doc.Buckets = append(doc.Buckets, bucketDocument{b.name, stamp(b.created)})
	}
	s.writeXML(w, http.StatusOK, doc)
	return nil
}

// stamp prints a time as S3 does in XML.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Server) createBucket(w http.ResponseWriter, r *request) error {
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxDocument)); err != nil {
		return errIncompleteBody
	}
	if err := s.store.createBucket(r.bucket); err != nil {
		return err
	}
	w.Header().Set("Location", "/"+r.bucket)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) headBucket(w http.ResponseWriter, r *request) error {
	if _, err := s.store.bucket(r.bucket); err != nil {
		return err
	}
	w.Header().Set("X-Amz-Bucket-Region", s.settings.Region)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) deleteBucket(w http.ResponseWriter, r *request) error {
	if err := s.store.deleteBucket(r.bucket); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type locationDocument struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Region  string   `xml:",chardata"`
}

// bucketLocation answers nothing for us-east-1, as S3 does.
func (s *Server) bucketLocation(w http.ResponseWriter, r *request) error {
	if _, err := s.store.bucket(r.bucket); err != nil {
		return err
	}
	doc := locationDocument{Region: s.settings.Region}
	if doc.Region == defaultRegion {
		doc.Region = ""
	}
	s.writeXML(w, http.StatusOK, doc)
	return nil
}

type versioningDocument struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ VersioningConfiguration"`
}

// bucketVersioning answers that versioning was never switched on.
func (s *Server) bucketVersioning(w http.ResponseWriter, r *request) error {
	if _, err := s.store.bucket(r.bucket); err != nil {
		return err
	}
	s.writeXML(w, http.StatusOK, versioningDocument{})
	return nil
}

// writableBucket returns the bucket for a write; it may create it.
func (s *Server) writableBucket(name string) (*bucket, error) {
	b, err := s.store.bucket(name)
	if err == nil || !s.settings.AutoCreateBucket {
		return b, err
	}
	if err := s.store.createBucket(name); err != nil && !errors.Is(err, errBucketExists) {
		return nil, err
	}
	return s.store.bucket(name)
}
