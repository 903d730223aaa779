package jsonconverter

import (
	"errors"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// errUnusual makes the quick way give up.
var errUnusual = errors.New("unusual document")

// decoder reads payloads. Any error of one that is not exact means: check the whole
// text and use one that is.
type decoder struct {
	src   []byte
	exact bool // the text is known to be JSON; errors come in the order of the schema

	structs *data.StructMaker

	// blanks counts values that are null because their JSON type does not suit the
	// schema: Connect notices those only within structs.
	blanks int
}

// value reads the value at i, which has depth objects and lists around it.
func (d *decoder) value(p *plan, i, depth int) (v any, end int, err error) {
	kind := jsontext.KindAt(d.src, i)
	if kind == jsontext.Null {
		if end, err = jsontext.ScanLiteral(d.src, i); err == nil {
			v, err = p.null()
		}
		return v, end, err
	}
	switch p.op {
	case op(data.String):
		return d.text(i, depth, kind)
	case opStruct:
		return d.structure(p, i, depth+1, kind)
	case opArray:
		return d.list(p, i, depth+1, kind)
	case opTable:
		return d.table(p, i, depth+1, kind)
	case opMap:
		return d.pairs(p, i, depth+1, kind)
	case op(data.Bytes):
		return d.bytes(i, depth, kind)
	case opLogical:
		return d.logical(p, i, depth, kind)
	}
	if kind == jsontext.Whole {
		return jsonvalue.ReadNumber(d.src, i, data.Type(p.op))
	}
	if end, err = d.skip(i, depth, kind); err != nil {
		return nil, end, err
	}
	return jsonvalue.Zero(data.Type(p.op), kind == jsontext.True), end, nil
}

// skip passes over the value at i, which may be Missing at the end of the text.
func (d *decoder) skip(i, depth int, kind jsontext.Kind) (end int, err error) {
	if kind == jsontext.Missing && i == len(d.src) && d.exact {
		return i, nil
	}
	return jsontext.Skip(d.src, i, depth)
}

func (d *decoder) text(i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.Text {
		d.blanks++
		end, err = d.skip(i, depth, kind)
		return nil, end, err
	}
	end, f, err := jsontext.ScanString(d.src, i)
	if err != nil {
		return nil, end, err
	}
	return jsontext.StringAt(d.src[i:end], f), end, nil
}

func (d *decoder) bytes(i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	v, end, err = d.text(i, depth, kind)
	if text, ok := v.(string); ok {
		raw, err := jsontext.DecodeBase64(text)
		if err != nil {
			return nil, end, data.Errorf("Invalid bytes field").Because(err)
		}
		return raw, end, nil
	}
	return nil, end, err
}

func (d *decoder) logical(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind == jsontext.Whole {
		end, kind, _, err = jsontext.ScanNumber(d.src, i)
	} else {
		end, err = d.skip(i, depth, kind)
	}
	if err != nil {
		return nil, end, err
	}
	v, err = p.logical.Read(p.schema, d.src[i:end], kind)
	return v, end, err
}
