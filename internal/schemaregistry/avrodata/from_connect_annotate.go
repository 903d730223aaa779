package avrodata

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// annotate adds the properties that keep what Avro has no words for.
func (b *builder) annotate(out *avro.Schema, s *data.Schema) error {
	if b.MetaData {
		if err := b.metaData(out, s); err != nil {
			return err
		}
	}
	if err := logical(out, s); err != nil {
		return err
	}
	for _, p := range s.Parameters() {
		if strings.HasPrefix(p.Key, avroPrefix) {
			out.Props.Add(p.Key, quote(p.Value))
		}
	}
	return nil
}

func quote(s string) string { return string(jsontext.AppendQuoted(nil, s)) }

func (b *builder) metaData(out *avro.Schema, s *data.Schema) error {
	if doc, ok := s.Doc(); ok {
		out.Props.Add(connectDoc, quote(doc))
	}
	if version, ok := s.Version(); ok {
		out.Props.Add(connectVersion, strconv.Itoa(int(version)))
	}
	if params := b.parameters(s); params != "" {
		out.Props.Add(connectParameters, params)
	}
	_, ofField := s.Parameter(fieldDefault)
	if s.Default() != nil && (b.DiscardDocDefault || !ofField) {
		d, err := b.defaultOf(s, s.Default(), false)
		if err != nil {
			return err
		}
		out.Props.Add(connectDefault, string(d))
	}
	if s.HasName() {
		out.Props.Add(connectName, quote(s.Name()))
	}
	if t := s.Type(); t == data.Int8 || t == data.Int16 {
		out.Props.Add(connectType, `"`+t.Name()+`"`)
	}
	return nil
}

func (b *builder) parameters(s *data.Schema) string {
	dst := []byte{'{'}
	for _, p := range s.Parameters() {
		if p.Key == fieldDefault && !b.DiscardDocDefault {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendQuoted(dst, p.Key), ':')
		dst = jsontext.AppendQuoted(dst, p.Value)
	}
	if len(dst) == 1 {
		return ""
	}
	return string(append(dst, '}'))
}

// logical adds Avro's own mark of a logical type.
func logical(out *avro.Schema, s *data.Schema) error {
	if !s.HasName() {
		return nil
	}
	switch s.Name() {
	case data.DecimalName:
		return decimal(out, s)
	case data.DateName:
		out.Props.Add(logicalType, `"date"`)
	case data.TimeName:
		out.Props.Add(logicalType, `"time-millis"`)
	case data.TimestampName:
		out.Props.Add(logicalType, `"timestamp-millis"`)
	}
	return nil
}

func decimal(out *avro.Schema, s *data.Schema) error {
	precision, err := number(s, decimalPrecision, usualPrecision)
	if err != nil {
		return err
	}
	if precision <= 0 {
		return data.Fail(data.BadArgument, "Invalid decimal precision: %d (must be positive)", precision)
	}
	if out.Type == avro.Fixed && precision > maxPrecision(out.Size) {
		return data.Fail(data.BadArgument, "fixed(%d) cannot store %d digits (max %d)", out.Size, precision, maxPrecision(out.Size))
	}
	out.Props.Add(logicalType, `"decimal"`)
	return nil
}

// maxPrecision is how many decimal digits fit into so many bytes.
func maxPrecision(size int) int {
	if size <= 0 {
		return 0
	}
	const log10of2 = 0.30102999566398119521
	return int(log10of2 * float64(8*size-1))
}
