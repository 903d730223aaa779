package jsondata

import (
	"errors"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// Reader reads values of one schema. It must not be used by several goroutines at a
// time.
type Reader struct {
	top     *plan
	structs data.StructMaker
}

// NewReader returns a reader of the values of a schema.
func (s *Settings) NewReader(schema *data.Schema) *Reader {
	return &Reader{top: planner{}.plan(schema)}
}

// Schema returns the schema of what is read.
func (r *Reader) Schema() *data.Schema { return r.top.schema }

// Read returns the value of a document, which refers to its text. What follows the
// value is ignored. The error is a *jsontext.SyntaxError for what is not JSON, and
// else a *ValueError.
func (r *Reader) Read(raw []byte) (any, error) {
	src, err := jsontext.UTF8(raw)
	if err != nil {
		return nil, err
	}
	at := jsontext.First(src)
	d := decoder{src: src, structs: &r.structs}
	v, end, err := d.value(r.top, at, 0)
	if err == nil {
		return v, jsontext.CheckRoot(src, end, jsontext.KindAt(src, at))
	}
	// What is not JSON at all is told first, as by a parser that runs ahead.
	if _, _, broken := jsontext.Check(src); broken != nil {
		return nil, broken
	}
	var e *ValueError
	if !errors.As(err, &e) {
		err = &ValueError{Err: err}
	}
	return nil, err
}

// decoder reads one document.
type decoder struct {
	src     []byte
	structs *data.StructMaker

	// blanks counts values that are null although they are required: Connect notices
	// those only within structs.
	blanks int
}

// value reads the value at i, which has depth objects and lists around it.
func (d *decoder) value(p *plan, i, depth int) (v any, end int, err error) {
	if p == nil {
		return nil, i, data.Errorf("Unknown schema type: null")
	}
	kind := jsontext.KindAt(d.src, i)
	if kind == jsontext.Null {
		if end, err = jsontext.ScanLiteral(d.src, i); err == nil {
			v, err = p.null()
		}
		return v, end, err
	}
	switch p.op {
	case op(data.String):
		return d.text(p, i, depth, kind)
	case opStruct:
		return d.structure(p, i, depth+1, kind)
	case opUnion:
		return d.union(p, i, depth)
	case opArray:
		return d.list(p, i, depth+1, kind)
	case opTable:
		return d.table(p, i, depth+1, kind)
	case opPairs:
		return d.pairs(p, i, depth+1, kind)
	case op(data.Bytes):
		return d.bytes(p, i, depth, kind)
	case opLogical:
		return d.logical(p, i, depth, kind)
	}
	if kind == jsontext.Whole {
		return jsonvalue.ReadNumber(d.src, i, data.Type(p.op))
	}
	if end, err = jsontext.Skip(d.src, i, depth); err != nil {
		return nil, end, err
	}
	return jsonvalue.Zero(data.Type(p.op), kind == jsontext.True), end, nil
}

// null returns what a JSON null stands for.
func (p *plan) null() (any, error) {
	if p.def != nil || p.optional {
		return jsonvalue.Renewed(p.def), nil
	}
	return nil, data.Errorf("Invalid null value for required %s field", p.schema.Type())
}

func (d *decoder) text(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.Text {
		if !p.optional {
			d.blanks++
		}
		end, err = jsontext.Skip(d.src, i, depth)
		return nil, end, err
	}
	end, f, err := jsontext.ScanString(d.src, i)
	if err != nil {
		return nil, end, err
	}
	return jsontext.StringAt(d.src[i:end], f), end, nil
}

func (d *decoder) bytes(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.Text {
		if end, err = jsontext.Skip(d.src, i, depth); err != nil {
			return nil, end, err
		}
		// As Java, which takes it for a decimal and then finds that it is none.
		return nil, end, data.Validate(p.schema, data.NewDecimal(0, 0))
	}
	text, end, err := d.text(p, i, depth, kind)
	if err != nil {
		return nil, end, err
	}
	raw, err := jsontext.DecodeBase64(text.(string))
	if err != nil {
		return nil, end, data.Errorf("Invalid bytes field").Because(err)
	}
	return raw, end, nil
}

func (d *decoder) logical(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind == jsontext.Whole {
		end, kind, _, err = jsontext.ScanNumber(d.src, i)
	} else {
		end, err = jsontext.Skip(d.src, i, depth)
	}
	if err != nil {
		return nil, end, err
	}
	v, err = p.logical.Read(p.schema, d.src[i:end], kind)
	return v, end, err
}
