package devs3

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

const maxParts = 10_000

type initiatedDocument struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
	Bucket   string   `xml:"Bucket"`
	Key      string   `xml:"Key"`
	UploadID string   `xml:"UploadId"`
}

func (s *Server) createUpload(w http.ResponseWriter, r *request) error {
	b, err := s.writableBucket(r.bucket)
	if err != nil {
		return err
	}
	o, err := newObject(r)
	if err != nil {
		return err
	}
	u := &upload{ID: strings.ToLower(rand.Text()), Bucket: b.name, Created: now(), Object: *o}
	s.store.addUpload(u)
	if algorithm := r.Header.Get("X-Amz-Checksum-Algorithm"); algorithm != "" {
		w.Header().Set("X-Amz-Checksum-Algorithm", algorithm)
	}
	s.writeXML(w, http.StatusOK, initiatedDocument{Bucket: b.name, Key: r.key, UploadID: u.ID})
	return nil
}

func (s *Server) namedUpload(r *request) (*upload, error) {
	return s.store.upload(r.bucket, r.key, r.query.Get("uploadId"))
}

func (s *Server) uploadPart(w http.ResponseWriter, r *request) error {
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		return errNotImplemented.because("UploadPartCopy is not offered.")
	}
	u, err := s.namedUpload(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.query.Get("partNumber"))
	if err != nil || n < 1 || n > maxParts {
		return errInvalidArgument.because("The part number is not between 1 and 10000.")
	}
	got, err := s.receive(r)
	if err != nil {
		return err
	}
	p := &part{Number: n, ETag: got.etag, Size: got.size, Modified: now(), Sums: got.sums}
	if err := u.put(s.store, p, got); err != nil {
		return err
	}
	w.Header().Set("Etag", `"`+p.ETag+`"`)
	for name, value := range p.Sums {
		w.Header().Set(checksumPrefix+name, value)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) abortUpload(w http.ResponseWriter, r *request) error {
	u, err := s.namedUpload(r)
	if err != nil {
		return err
	}
	if err := s.store.dropUpload(u); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type completeDocument struct {
	XMLName xml.Name    `xml:"CompleteMultipartUpload"`
	Parts   []namedPart `xml:"Part"`
}

type namedPart struct {
	Number    int    `xml:"PartNumber"`
	ETag      string `xml:"ETag"`
	CRC32     string `xml:"ChecksumCRC32"`
	CRC32C    string `xml:"ChecksumCRC32C"`
	CRC64NVME string `xml:"ChecksumCRC64NVME"`
	SHA1      string `xml:"ChecksumSHA1"`
	SHA256    string `xml:"ChecksumSHA256"`
}

type completedDocument struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
	Location string   `xml:"Location"`
	Bucket   string   `xml:"Bucket"`
	Key      string   `xml:"Key"`
	ETag     string   `xml:"ETag"`
}

func (s *Server) completeUpload(w http.ResponseWriter, r *request) error {
	u, err := s.namedUpload(r)
	if err != nil {
		return err
	}
	allowed, err := writeCondition(r.Header)
	if err != nil {
		return err
	}
	body, err := r.document(maxDocument)
	if err != nil {
		return err
	}
	var asked completeDocument
	if xml.Unmarshal(body, &asked) != nil || len(asked.Parts) == 0 || len(asked.Parts) > maxParts {
		return errMalformedXML
	}
	o, err := s.assemble(u, asked.Parts, allowed)
	if err != nil {
		return err
	}
	s.writeXML(w, http.StatusOK, completedDocument{
		Location: "http://" + r.Host + "/" + u.Bucket + "/" + escapeKey(o.Key), Bucket: u.Bucket, Key: o.Key, ETag: o.quoted(),
	})
	return nil
}

// assemble makes the object of the named parts and ends the upload.
func (s *Server) assemble(u *upload, named []namedPart, allowed condition) (*object, error) {
	b, err := s.store.bucket(u.Bucket)
	if err != nil {
		return nil, err
	}
	got, err := u.join(s.store, func(stored map[int]*part) ([]*part, error) {
		return choose(stored, named, s.settings.MinPartSize)
	})
	if err != nil {
		return nil, err
	}
	o := u.Object
	if err := b.put(got, &o, allowed); err != nil {
		return nil, err
	}
	return &o, s.store.dropUpload(u)
}

// choose checks the parts a client named against those it uploaded.
func choose(stored map[int]*part, named []namedPart, least int64) ([]*part, error) {
	for i := 1; i < len(named); i++ {
		if named[i].Number <= named[i-1].Number {
			return nil, errInvalidPartOrder
		}
	}
	var parts []*part
	for i, name := range named {
		p := stored[name.Number]
		if p == nil || unquote(strings.TrimSpace(name.ETag)) != p.ETag || !name.sumsMatch(p) {
			return nil, errInvalidPart
		}
		if i < len(named)-1 && p.Size < least {
			return nil, errEntityTooSmall
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// sumsMatch compares the checksums both sides know.
func (n namedPart) sumsMatch(p *part) bool {
	claims := [...]struct{ name, sum string }{
		{"crc32", n.CRC32}, {"crc32c", n.CRC32C}, {"crc64nvme", n.CRC64NVME}, {"sha1", n.SHA1}, {"sha256", n.SHA256},
	}
	for _, claim := range claims {
		if stored := p.Sums[claim.name]; claim.sum != "" && stored != "" && claim.sum != stored {
			return false
		}
	}
	return true
}

// joinedETag is the MD5 over the parts' MD5s and their number.
func joinedETag(parts []*part) string {
	sum := md5.New()
	for _, p := range parts {
		raw, _ := hex.DecodeString(p.ETag)
		sum.Write(raw)
	}
	return hex.EncodeToString(sum.Sum(nil)) + "-" + strconv.Itoa(len(parts))
}
