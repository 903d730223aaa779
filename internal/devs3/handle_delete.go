package devs3

import (
	"encoding/xml"
	"net/http"
)

func (s *Server) deleteObject(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	if err := b.remove(r.key); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type deleteDocument struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   bool     `xml:"Quiet"`
	Objects []struct {
		Key       string `xml:"Key"`
		VersionID string `xml:"VersionId"`
	} `xml:"Object"`
}

type deletedDocument struct {
	XMLName xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
	Deleted []deletedKey  `xml:"Deleted"`
	Errors  []undeletable `xml:"Error"`
}

type deletedKey struct {
	Key string `xml:"Key"`
}

type undeletable struct {
	Key     string `xml:"Key"`
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

// deleteObjects deletes up to 1000 keys. As in S3 the body must come with a
// digest.
func (s *Server) deleteObjects(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	if r.Header.Get("Content-Md5") == "" && len(announced(r.Header)) == 0 {
		return errInvalidRequest.because("The request needs a Content-MD5 or an x-amz-checksum header.")
	}
	body, err := r.document(maxDocument)
	if err != nil {
		return err
	}
	var asked deleteDocument
	if xml.Unmarshal(body, &asked) != nil || len(asked.Objects) == 0 || len(asked.Objects) > maxPage {
		return errMalformedXML
	}
	var doc deletedDocument
	for _, o := range asked.Objects {
		if failed := deleteOne(b, o.Key, o.VersionID); failed != nil {
			doc.Errors = append(doc.Errors, undeletable{o.Key, failed.Code, failed.Message})
		} else if !asked.Quiet {
			doc.Deleted = append(doc.Deleted, deletedKey{o.Key})
		}
	}
	s.writeXML(w, http.StatusOK, doc)
	return nil
}

func deleteOne(b *bucket, key, version string) *Error {
	if version != "" && version != "null" {
		return errNotImplemented
	}
	if err := b.remove(key); err != nil {
		b.store.log.Error("S3 object was not deleted", "bucket", b.name, "err", err)
		return errInternal
	}
	return nil
}
