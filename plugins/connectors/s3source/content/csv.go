package content

import (
	"fmt"
	"io"

	"github.com/millrace/millrace/connect/data"
)

// CSV is rows of fields with a separator between them. A row becomes a struct of
// optional strings.
type CSV struct {
	Separator, Quote, Escape byte // Escape only counts within quotes; 0 for none
	Header                   bool // the first row has the names of the fields
	SkipLines                int  // in front of everything
	Latin1                   bool // the text is in ISO 8859-1, not in UTF-8
	NullUnquoted, NullQuoted bool // which empty fields are null
}

// Open reads an object up to its first row of values.
func (f CSV) Open(src io.Reader) (Reader, error) {
	r := &rows{CSV: f, window: newWindow(src)}
	for range f.SkipLines {
		if _, err := r.until([]byte("\n")); err == io.EOF {
			return r, nil
		} else if err != nil {
			return nil, err
		}
	}
	if !f.Header {
		return r, nil
	}
	err := r.row()
	if err == io.EOF {
		return r, nil
	}
	if err == nil {
		r.schema, err = named(r.names())
	}
	if err != nil {
		return nil, fmt.Errorf("read the header of a CSV object: %w", err)
	}
	return r, nil
}

type rows struct {
	CSV
	window
	schema *data.Schema
	count  int64 // rows so far, with the header
	text   []byte
	fields []csvField
}

// csvField is text[from:to] of a row.
type csvField struct {
	from, to int
	quoted   bool
}

// named returns the schema of rows with these fields.
func named(names []string) (*data.Schema, error) {
	b := data.NewStructBuilder()
	for i, name := range names {
		if name == "" {
			return nil, fmt.Errorf("column %d has no name", i+1)
		}
		b.Field(name, data.OptionalStringSchema)
	}
	return b.Build()
}

func (r *rows) names() []string {
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = r.string(f)
	}
	return names
}

// Next returns the next row. Fields that it lacks are null.
func (r *rows) Next() (*data.Schema, any, error) {
	if err := r.row(); err != nil {
		return nil, nil, err
	}
	if r.schema == nil {
		names := make([]string, len(r.fields))
		for i := range names {
			names[i] = fmt.Sprintf("column%02d", i+1)
		}
		var err error
		if r.schema, err = named(names); err != nil {
			return nil, nil, err
		}
	}
	slots := make([]any, len(r.schema.Fields()))
	if len(r.fields) > len(slots) {
		return nil, nil, fmt.Errorf("row %d of a CSV object has %d fields, the first has %d", r.count, len(r.fields), len(slots))
	}
	for i, f := range r.fields {
		if empty := f.from == f.to; !empty || !(f.quoted && r.NullQuoted || !f.quoted && r.NullUnquoted) {
			slots[i] = r.string(f)
		}
	}
	return r.schema, data.StructOf(r.schema, slots), nil
}

func (r *rows) string(f csvField) string {
	raw := r.text[f.from:f.to]
	if !r.Latin1 {
		return string(raw)
	}
	runes := make([]rune, len(raw))
	for i, c := range raw {
		runes[i] = rune(c)
	}
	return string(runes)
}

// Skip passes over rows. Without a header the first one says how many fields there
// are.
func (r *rows) Skip(n int64) error {
	if r.schema == nil && n > 0 {
		if _, _, err := r.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		n--
	}
	return skip(r, n)
}

func (r *rows) pass() error { return r.row() }

// Close does nothing.
func (r *rows) Close() error { return nil }

// row takes the next row that is not empty.
func (r *rows) row() error {
	for {
		r.text, r.fields = r.text[:0], r.fields[:0]
		if err := r.scan(); err != nil {
			return err
		}
		if r.count++; len(r.fields) > 1 || r.fields[0].quoted || r.fields[0].to > 0 {
			return nil
		}
	}
}

// scan takes a row apart.
func (r *rows) scan() error {
	f := csvField{}
	for quoted := false; ; {
		c, err := r.next()
		if err == io.EOF && quoted {
			return fmt.Errorf("row %d of a CSV object ends within quotes: %w", r.count+1, io.ErrUnexpectedEOF)
		}
		if err == io.EOF && (len(r.text) > 0 || len(r.fields) > 0 || f.quoted) {
			c, err = '\n', nil
		}
		if err != nil {
			return err
		}
		switch {
		case quoted:
			quoted = r.within(c)
		case c == r.Quote:
			quoted, f.quoted = true, true
		case c == r.Separator:
			f = r.field(f)
		case c == '\n':
			if n := len(r.text); n > f.from && r.text[n-1] == '\r' && !f.quoted {
				r.text = r.text[:n-1]
			}
			r.field(f)
			return nil
		case c == '\r' && f.quoted: // the end of a line behind quotes
		default:
			r.text = append(r.text, c)
		}
		if len(r.text) > r.max {
			return errLong
		}
	}
}

// within takes a byte between quotes, and tells whether they go on.
func (r *rows) within(c byte) bool {
	if c == r.Escape && c != 0 || c == r.Quote {
		if next, err := r.peek(); err == nil && (next == r.Quote || next == r.Escape && c == r.Escape) {
			r.at++
			r.text = append(r.text, next)
			return true
		}
		if c == r.Quote {
			return false
		}
	}
	r.text = append(r.text, c)
	return true
}

// field ends a field and begins the next.
func (r *rows) field(f csvField) csvField {
	f.to = len(r.text)
	r.fields = append(r.fields, f)
	return csvField{from: f.to}
}

func (r *rows) peek() (byte, error) {
	for r.at == len(r.buf) {
		if err := r.more(); err != nil {
			return 0, err
		}
	}
	return r.buf[r.at], nil
}

func (r *rows) next() (byte, error) {
	c, err := r.peek()
	if err == nil {
		r.at++
	}
	return c, err
}
