package devs3

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// payload is the decoded body of a request with everything the request claims
// about it.
type payload struct {
	src    io.Reader
	size   int64
	header http.Header
	chunks *chunkReader // nil unless aws-chunked

	md5  hash.Hash
	sha  hash.Hash // nil unless the SHA-256 of the body is in a header
	sums map[string]hash.Hash
}

func openPayload(r *request) (*payload, error) {
	p := &payload{src: r.Body, size: r.ContentLength, header: r.Header, md5: md5.New(), sums: announced(r.Header)}
	content := r.Header.Get("X-Amz-Content-Sha256")
	if strings.HasPrefix(content, "STREAMING-") {
		n, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
		if err != nil || n < 0 {
			return nil, errMissingLength.because("The request has no X-Amz-Decoded-Content-Length.")
		}
		check := r.chunks
		if strings.HasPrefix(content, "STREAMING-UNSIGNED-") {
			check = nil
		}
		p.size, p.chunks = n, newChunkReader(r.Body, check)
		p.src = p.chunks
	} else if len(content) == 2*sha256.Size {
		p.sha = sha256.New()
	}
	if p.size < 0 {
		return nil, errMissingLength
	}
	if p.size > maxObjectSize {
		return nil, errEntityTooLarge
	}
	return p, nil
}

// moveTo copies the body to dst and checks all claims about it.
func (p *payload) moveTo(dst io.Writer, s *Server) error {
	n, err := s.copyBody(io.MultiWriter(append(p.hashes(), dst)...), io.LimitReader(p.src, p.size))
	if errors.Is(err, io.ErrUnexpectedEOF) || (err == nil && n < p.size) {
		return errIncompleteBody
	}
	if err != nil {
		return err
	}
	return p.finish()
}

// read fills data with a body of just that size and checks all claims about it.
func (p *payload) read(data []byte) error {
	if _, err := io.ReadFull(p.src, data); err != nil {
		return cutShort(err)
	}
	for _, h := range p.hashes() {
		_, _ = h.Write(data)
	}
	return p.finish()
}

func (p *payload) hashes() []io.Writer {
	all := []io.Writer{p.md5}
	if p.sha != nil {
		all = append(all, p.sha)
	}
	for _, h := range p.sums {
		all = append(all, h)
	}
	return all
}

func (p *payload) finish() error {
	if err := p.finishChunks(); err != nil {
		return err
	}
	return p.verify()
}

// finishChunks reads the trailer, which follows the last decoded byte.
func (p *payload) finishChunks() error {
	if p.chunks == nil {
		return nil
	}
	var more [1]byte
	n, err := io.ReadFull(p.chunks, more[:])
	if n > 0 {
		return errInvalidRequest.because("The body is longer than its X-Amz-Decoded-Content-Length.")
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (p *payload) verify() error {
	if p.sha != nil && hex.EncodeToString(p.sha.Sum(nil)) != strings.ToLower(p.header.Get("X-Amz-Content-Sha256")) {
		return errPayloadMismatch
	}
	if claim := p.header.Get("Content-Md5"); claim != "" {
		raw, err := base64.StdEncoding.DecodeString(claim)
		if err != nil || len(raw) != md5.Size {
			return errInvalidDigest
		}
		if !bytes.Equal(raw, p.md5.Sum(nil)) {
			return errBadDigest
		}
	}
	for name, h := range p.sums {
		claim := p.header.Get(checksumPrefix + name)
		if claim == "" && p.chunks != nil {
			claim = p.chunks.trailer.Get(checksumPrefix + name)
		}
		if claim != encodeSum(h) {
			return errBadDigest.because("The body does not have the " + name + " checksum given in the request.")
		}
	}
	return nil
}

func (p *payload) encodedSums() map[string]string {
	if len(p.sums) == 0 {
		return nil
	}
	sums := map[string]string{}
	for name, h := range p.sums {
		sums[name] = encodeSum(h)
	}
	return sums
}

// document reads a short body, checked like any other.
func (r *request) document(limit int64) ([]byte, error) {
	p, err := openPayload(r)
	if err != nil {
		return nil, err
	}
	if p.size > limit {
		return nil, errMalformedXML.because("The body is too long.")
	}
	data := make([]byte, p.size)
	return data, p.read(data)
}

// now is the time of a change, in the resolution S3 shows.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }
