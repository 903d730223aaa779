package content

import (
	"bytes"
	"fmt"
	"io"

	"github.com/millrace/millrace/connect/data"
)

// JSON is documents of JSON one behind the other: each in a line, or with any white
// space between them. Values have no schema.
type JSON struct{}

// Open begins to read an object.
func (JSON) Open(src io.Reader) (Reader, error) { return &documents{window: newWindow(src)}, nil }

type documents struct {
	window
	values data.JSONReader
}

// Next returns the next document.
func (d *documents) Next() (*data.Schema, any, error) {
	if err := d.begin(); err != nil {
		return nil, nil, err
	}
	if v, ok := d.line(); ok {
		return nil, v, nil
	}
	text, err := d.document()
	if err != nil {
		return nil, nil, err
	}
	v, err := d.values.Read(bytes.Clone(text))
	if err != nil {
		return nil, nil, fmt.Errorf("read a JSON document: %w", err)
	}
	return nil, v, nil
}

// line takes the next document if it is a line, as the sink writes them: then it is
// looked at once only.
func (d *documents) line() (v any, ok bool) {
	n := bytes.IndexByte(d.rest(), '\n')
	if n < 0 {
		return nil, false
	}
	text := bytes.Clone(d.rest()[:n])
	v, end, err := d.values.ReadAt(text, 0, 0)
	if err != nil || len(bytes.TrimSpace(text[end:])) > 0 {
		return nil, false
	}
	d.at += n + 1
	return v, true
}

func (d *documents) pass() error {
	err := d.begin()
	if err == nil {
		_, err = d.document()
	}
	return err
}

// Skip passes over documents.
func (d *documents) Skip(n int64) error { return skip(d, n) }

// Close does nothing.
func (d *documents) Close() error { return nil }

// document takes the text of the next document. One that is cut off is taken as it is.
func (d *documents) document() ([]byte, error) {
	var s scanner
	for i := 0; ; {
		for i < len(d.rest()) {
			end, next := s.step(d.rest()[i])
			if next {
				i++
			}
			if end {
				return d.take(i), nil
			}
		}
		if err := d.more(); err == io.EOF {
			return d.take(i), nil
		} else if err != nil {
			return nil, err
		}
	}
}

// begin passes over what is between documents; io.EOF when there is no other one.
func (d *documents) begin() error {
	for {
		for d.at < len(d.buf) {
			if !space(d.buf[d.at]) {
				return nil
			}
			d.at++
		}
		if err := d.more(); err != nil {
			return err
		}
	}
}

func (d *documents) take(n int) []byte {
	text := d.rest()[:n]
	d.at += n
	return text
}

// scanner finds the end of a document. What is wrong within, the reader finds.
type scanner struct {
	depth  int
	quoted bool // within a string
	escape bool // behind a backslash in it
	scalar bool // within a number or a word
}

// step looks at a byte: end says that the document is complete, next that the byte is
// part of it.
func (s *scanner) step(c byte) (end, next bool) {
	switch {
	case s.escape:
		s.escape = false
	case s.quoted:
		s.escape = c == '\\'
		s.quoted = c != '"'
		return !s.quoted && s.depth == 0, true
	case s.scalar && (space(c) || c == '{' || c == '[' || c == '"'):
		return true, false
	case c == '"':
		s.quoted = true
	case c == '{' || c == '[':
		s.depth++
	case (c == '}' || c == ']') && s.depth > 0:
		s.depth--
		return s.depth == 0, true
	case s.depth == 0:
		s.scalar = true
	}
	return false, true
}

// space tells what may stand between documents: also the separator of RFC 7464.
func space(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0x1e
}
