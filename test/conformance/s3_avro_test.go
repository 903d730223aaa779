package conformance

import (
	"bytes"
	"compress/bzip2"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"

	"github.com/twmb/avro"
	"github.com/twmb/avro/ocf"
)

// compareAvro compares schema and records of a container file.
func (o *s3Object) compareAvro(content []byte) error {
	raw := []avro.SchemaOpt{}
	for _, logical := range []string{"decimal", "date", "time-millis", "timestamp-millis"} {
		raw = append(raw, avro.WithCustomType(avro.CustomType{LogicalType: logical}))
	}
	r, err := ocf.NewReader(bytes.NewReader(content), ocf.WithCodec(bunzip{}), ocf.WithSchemaOpts(raw...))
	if err != nil {
		return err
	}
	meta := r.Metadata()
	if got := slices.Sorted(maps.Keys(meta)); !slices.Equal(got, o.MetaKeys) {
		return fmt.Errorf("metadata %q, want %q", got, o.MetaKeys)
	}
	if got := string(meta["avro.codec"]); got != o.Codec {
		return fmt.Errorf("codec %s, want %s", got, o.Codec)
	}
	var schema bytes.Buffer
	if err := json.Compact(&schema, o.Schema); err != nil {
		return err
	}
	if got := string(meta["avro.schema"]); got != schema.String() {
		return fmt.Errorf("schema %s, want %s", got, schema.String())
	}
	return o.compareRecords(r)
}

func (o *s3Object) compareRecords(r *ocf.Reader) error {
	var want []any
	d := json.NewDecoder(bytes.NewReader(o.Records))
	d.UseNumber()
	if err := d.Decode(&want); err != nil {
		return err
	}
	for i, w := range want {
		var got any
		if err := r.Decode(&got); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
		if !sameAvro(w, got) {
			return fmt.Errorf("record %d: %v, want %v", i, got, w)
		}
	}
	if err := r.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("after %d records: %w", len(want), err)
	}
	return nil
}

// sameAvro compares a recorded value with one that was read.
func sameAvro(want, got any) bool {
	switch got := got.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		return ok && maps.EqualFunc(w, got, sameAvro)
	case []any:
		w, ok := want.([]any)
		return ok && slices.EqualFunc(w, got, sameAvro)
	case []byte:
		w, ok := want.(map[string]any)
		return ok && w["$bytes"] == base64.StdEncoding.EncodeToString(got)
	case float32:
		return sameFloat(want, float64(got), 32)
	case float64:
		return sameFloat(want, got, 64)
	case int32, int64:
		return fmt.Sprint(want) == fmt.Sprint(got)
	}
	return reflect.DeepEqual(want, got)
}

func sameFloat(want any, got float64, bits int) bool {
	n, ok := want.(json.Number)
	if !ok {
		return math.IsNaN(got) && want == "NaN" || fmt.Sprint(want) == fmt.Sprint(got)
	}
	w, err := n.Float64()
	if bits == 32 {
		w = float64(float32(w))
	}
	return err == nil && w == got
}

// bunzip is the codec that the library leaves out.
type bunzip struct{}

func (bunzip) Name() string                    { return "bzip2" }
func (bunzip) Compress([]byte) ([]byte, error) { return nil, errors.ErrUnsupported }
func (bunzip) Close() error                    { return nil }
func (bunzip) Decompress(src []byte) ([]byte, error) {
	return io.ReadAll(bzip2.NewReader(bytes.NewReader(src)))
}
