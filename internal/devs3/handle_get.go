package devs3

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// span is the requested part of an object.
type span struct {
	from, length int64
	partial      bool
}

// getObject answers GetObject and HeadObject.
func (s *Server) getObject(w http.ResponseWriter, r *request) error {
	b, err := s.store.bucket(r.bucket)
	if err != nil {
		return err
	}
	o, f, err := b.open(r.key)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := readConditions(r.Header, "").check(o); err != nil {
		w.Header().Set("Etag", o.quoted())
		return err
	}
	part, err := parseRange(r.Header.Get("Range"), o.Size)
	if err != nil {
		return err
	}
	describe(w.Header(), r, o, part)
	status := http.StatusOK
	if part.partial {
		status = http.StatusPartialContent
	}
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		s.send(w, f, part)
	}
	return nil
}

// send copies the span to the client. The headers are out, so all that is left
// on failure is to break the connection: the client must not take a short body
// for a whole one.
func (s *Server) send(w http.ResponseWriter, f *os.File, part span) {
	if _, err := f.Seek(part.from, io.SeekStart); err != nil {
		panic(http.ErrAbortHandler)
	}
	if _, err := io.CopyN(w, f, part.length); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func describe(h http.Header, r *request, o *object, part span) {
	h.Set("Etag", o.quoted())
	h.Set("Last-Modified", o.Modified.Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", "binary/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	for name, value := range o.Header {
		h.Set(name, value)
	}
	for name, value := range o.Meta {
		h["X-Amz-Meta-"+name] = []string{value}
	}
	if len(o.Tags) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(o.Tags)))
	}
	if part.partial {
		last := part.from + part.length - 1
		h.Set("Content-Range", "bytes "+strconv.FormatInt(part.from, 10)+"-"+strconv.FormatInt(last, 10)+"/"+strconv.FormatInt(o.Size, 10))
	} else if strings.EqualFold(r.Header.Get("X-Amz-Checksum-Mode"), "enabled") {
		setSums(h, o.Sums)
	}
	for _, name := range []string{"Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"} {
		if value := r.query.Get("response-" + strings.ToLower(name)); value != "" {
			h.Set(name, value)
		}
	}
}

func setSums(h http.Header, sums map[string]string) {
	for name, value := range sums {
		h.Set(checksumPrefix+name, value)
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
}

// parseRange reads one byte range. What is no valid single range counts as
// none, as in HTTP.
func parseRange(header string, size int64) (span, error) {
	whole := span{length: size}
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return whole, nil
	}
	if first == "" {
		return suffix(last, size)
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 {
		return whole, nil
	}
	to := size - 1
	if last != "" {
		if to, err = strconv.ParseInt(last, 10, 64); err != nil || to < from {
			return whole, nil
		}
	}
	if from >= size {
		return span{}, errInvalidRange
	}
	return span{from, min(to, size-1) - from + 1, true}, nil
}

func suffix(last string, size int64) (span, error) {
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 0 {
		return span{length: size}, nil
	}
	if n == 0 || size == 0 {
		return span{}, errInvalidRange
	}
	n = min(n, size)
	return span{size - n, n, true}, nil
}
