package content

import (
	"bytes"
	"io"

	"github.com/millrace/millrace/connect/data"
)

// Bytes is pieces of bytes, each with a separator behind it. Without a separator an
// object is one piece.
type Bytes struct{ Separator string }

// Open begins to read an object.
func (f Bytes) Open(src io.Reader) (Reader, error) {
	return &pieces{window: newWindow(src), separator: []byte(f.Separator), value: asBytes}, nil
}

func asBytes(piece []byte) (*data.Schema, any) { return data.OptionalBytesSchema, bytes.Clone(piece) }

// Text is lines of text in UTF-8.
type Text struct{}

// Open begins to read an object.
func (Text) Open(src io.Reader) (Reader, error) {
	return &pieces{window: newWindow(src), separator: []byte("\n"), value: asText}, nil
}

func asText(piece []byte) (*data.Schema, any) {
	line := bytes.TrimSuffix(piece, []byte("\r"))
	return data.StringSchema, string(bytes.ToValidUTF8(line, []byte("\uFFFD")))
}

// pieces reads records between separators.
type pieces struct {
	window
	separator []byte
	value     func(piece []byte) (*data.Schema, any)
}

// Next returns the next piece.
func (p *pieces) Next() (*data.Schema, any, error) {
	piece, err := p.until(p.separator)
	if err != nil {
		return nil, nil, err
	}
	schema, v := p.value(piece)
	return schema, v, nil
}

func (p *pieces) pass() error {
	_, err := p.until(p.separator)
	return err
}

// Skip passes over pieces.
func (p *pieces) Skip(n int64) error { return skip(p, n) }

// Close does nothing.
func (p *pieces) Close() error { return nil }
