package aivens3sink

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
)

// format is a kind of output.
type format interface {
	// shape returns what the records of an object must have in common with this one;
	// nil when that is nothing.
	shape(r *connect.Record) (*shape, error)
	// content returns the empty content of an object for records of a shape.
	content(s *shape) content
}

// content encodes the records of one object.
type content interface {
	// add writes a record. After an error nothing was written.
	add(s *objectstore.Stream, r *connect.Record) error
	// end writes what is left.
	end(s *objectstore.Stream) error
	// held returns how many bytes wait here, not in the stream.
	held() int
	// release drops them. It comes last.
	release()
}

func formatOf(v *config.Values) (format, error) {
	fields, envelope := fieldsOf(v), v.Bool(outputEnvelope)
	switch kind := typeOf(v); kind {
	case "csv":
		return newCSV(fields, v.String(outputEncoding) == "base64"), nil
	case "json":
		return newJSON(fields, envelope, true), nil
	case "jsonl":
		return newJSON(fields, envelope, false), nil
	default:
		return newEnvelopes(v, fields, envelope, kind == "parquet")
	}
}

// text is output in which one record follows the other.
type text struct {
	begin, between, finish string
	record                 func(dst []byte, r *connect.Record) ([]byte, error)
}

func (t *text) shape(*connect.Record) (*shape, error) { return nil, nil }
func (t *text) content(*shape) content                { return &textContent{text: t} }

type textContent struct {
	text  *text
	begun bool
}

func (c *textContent) add(s *objectstore.Stream, r *connect.Record) error {
	lead := c.text.begin
	if c.begun {
		lead = c.text.between
	}
	tail, err := c.text.record(append(s.Tail(), lead...), r)
	if err != nil {
		return err
	}
	s.SetTail(tail)
	c.begun = true
	return nil
}

func (c *textContent) end(s *objectstore.Stream) error {
	_, err := s.Write([]byte(c.text.finish))
	return err
}

func (c *textContent) held() int { return 0 }
func (c *textContent) release()  {}
