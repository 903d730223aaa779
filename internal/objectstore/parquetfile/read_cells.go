package parquetfile

import (
	"errors"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/millrace/millrace/connect/data"
)

// errCut says that columns of a row do not belong together.
var errCut = errors.New("read a record of a Parquet file: a column has too few values")

// cells are a row divided into its columns. Values are taken from their fronts.
type cells struct{ columns [][]parquet.Value }

func (r *cells) split(row parquet.Row) {
	for i := range r.columns {
		r.columns[i] = r.columns[i][:0]
	}
	row.Range(func(i int, values []parquet.Value) bool {
		if i < len(r.columns) {
			r.columns[i] = values
		}
		return i+1 < len(r.columns)
	})
}

// front returns the levels of the next value of a column; ok is false when there is
// none.
func (r *cells) front(c int) (def, rep int, ok bool) {
	if len(r.columns[c]) == 0 {
		return 0, 0, false
	}
	v := &r.columns[c][0]
	return v.DefinitionLevel(), v.RepetitionLevel(), true
}

// drop takes one value from each column of n.
func (r *cells) drop(n *readNode) {
	for c := n.first; c < n.last; c++ {
		if len(r.columns[c]) > 0 {
			r.columns[c] = r.columns[c][1:]
		}
	}
}

// take takes the next value of n.
func (r *cells) take(n *readNode) (any, error) {
	def, _, ok := r.front(n.first)
	if !ok {
		return nil, errCut
	}
	if n.optional && def < n.def {
		r.drop(n)
		return nil, nil
	}
	switch n.kind {
	case structKind:
		return r.structure(n)
	case listKind:
		return r.list(n)
	case mapKind:
		return r.pairs(n)
	}
	v := r.columns[n.first][0]
	r.columns[n.first] = r.columns[n.first][1:]
	return n.value(v)
}

func (r *cells) structure(n *readNode) (any, error) {
	slots := make([]any, len(n.children))
	for i, child := range n.children {
		var err error
		if slots[i], err = r.take(child); err != nil {
			return nil, err
		}
	}
	return data.StructOf(n.schema, slots), nil
}

// each calls f for every element of a list or map.
func (r *cells) each(n *readNode, f func() error) error {
	if def, _, _ := r.front(n.first); def < n.leaf.def {
		r.drop(n)
		return nil
	}
	for {
		before := len(r.columns[n.first])
		if err := f(); err != nil {
			return err
		}
		_, rep, ok := r.front(n.first)
		if !ok || rep != n.rep {
			return nil
		}
		if len(r.columns[n.first]) == before {
			return errCut
		}
	}
}

func (r *cells) list(n *readNode) (any, error) {
	list := []any{}
	err := r.each(n, func() error {
		v, err := r.take(n.children[0])
		list = append(list, v)
		return err
	})
	return list, err
}

func (r *cells) pairs(n *readNode) (any, error) {
	m := data.NewHashMap(0)
	err := r.each(n, func() error {
		k, err := r.take(n.children[0])
		if err != nil {
			return err
		}
		v, err := r.take(n.children[1])
		m.PutKey(k, v)
		return err
	})
	return m, err
}

// value returns the value of a leaf.
func (n *readNode) value(v parquet.Value) (any, error) {
	if n.schema.Name() == data.DecimalName {
		return n.decimal(v)
	}
	switch n.schema.Type() {
	case data.Int8:
		return int8(v.Int32()), nil
	case data.Int16:
		return int16(v.Int32()), nil
	case data.Int32:
		return n.fromInt(v.Int32())
	case data.Int64:
		if n.schema.Name() == data.TimestampName {
			return data.DecodeTimestamp(n.schema, v.Int64())
		}
		return v.Int64(), nil
	case data.Float32:
		return v.Float(), nil
	case data.Float64:
		return v.Double(), nil
	case data.Boolean:
		return v.Boolean(), nil
	case data.String:
		return string(v.ByteArray()), nil
	default:
		return append([]byte{}, v.ByteArray()...), nil
	}
}

func (n *readNode) fromInt(v int32) (any, error) {
	switch n.schema.Name() {
	case data.DateName:
		return data.DecodeDate(n.schema, v)
	case data.TimeName:
		return data.DecodeTime(n.schema, v)
	}
	return v, nil
}

func (n *readNode) decimal(v parquet.Value) (any, error) {
	scale, err := data.Scale(n.schema)
	if err != nil {
		return nil, err
	}
	switch n.leaf.Type.V {
	case format.Int32:
		return data.NewDecimal(int64(v.Int32()), scale), nil
	case format.Int64:
		return data.NewDecimal(v.Int64(), scale), nil
	}
	return data.DecodeDecimal(n.schema, v.ByteArray())
}
