package transforms

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// rewritable is what hosts ask a transformation for.
type rewritable interface {
	Apply(r *connect.Record) (bool, error)
	Rewrite(r *connect.Record) (bool, error)
}

// owned returns records like r whose keys and values nobody else has.
func owned(r *connect.Record) *connect.Record {
	c := *r
	c.Key, c.Value = top(r.Key), top(r.Value)
	return &c
}

// top copies a value, but not its parts.
func top(v any) any {
	switch v := v.(type) {
	case *data.Struct:
		return data.StructOf(v.Schema(), slices.Clone(v.Slots()))
	case *data.Map:
		return v.Copy()
	}
	return v
}

// moreExamples change several fields at once, some of which may fail, or several times.
func moreExamples() []example {
	return append(allExamples(),
		example{"Cast$Value", map[string]string{"spec": "id:int8,price:string,customer:int32"}},
		example{"Cast$Value", map[string]string{"spec": "note:string,price:boolean,note:string"}},
		example{"HeaderFrom$Value", map[string]string{"fields": "id", "headers": "h", "operation": "copy"}},
		example{"HeaderFrom$Value", map[string]string{"fields": "id,id", "headers": "h,i", "operation": "move"}},
		example{"InsertField$Value", map[string]string{"offset.field": "at", "static.field": "x", "static.value": "y"}},
		example{"MaskField$Value", map[string]string{"fields": "customer,price,missing", "replacement": "x"}},
		example{"MaskField$Value", map[string]string{"fields": "note,at,price"}},
		example{"ReplaceField$Value", map[string]string{"include": "at,id", "renames": "at:z"}},
		example{"ReplaceField$Value", map[string]string{"renames": "id:customer,customer:id"}},
		example{"ReplaceField$Value", map[string]string{"exclude": "id", "replace.null.with.default": "false"}},
		example{"SetSchemaMetadata$Value", map[string]string{"schema.name": "n", "replace.null.with.default": "false"}},
	)
}

// nulls is a schema whose required field can be null, because it has a default.
func nullsSchema() *data.Schema {
	return data.NewStructBuilder().
		Field("id", data.Int64Schema).
		Field("note", data.NewBuilder(data.String).Default("none").MustBuild()).
		Field("customer", data.NewBuilder(data.String).Optional().Default("nobody").MustBuild()).
		Field("price", data.OptionalFloat64Schema).
		Field("at", data.TimestampSchema).
		MustBuild()
}

func jsonOrder(t *testing.T, r *data.JSONReader, text string) *data.Map {
	v, err := r.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*data.Map)
}

func rewriteRecords(t *testing.T, r *data.JSONReader) []*connect.Record {
	s, n := orderSchema("order"), nullsSchema()
	return []*connect.Record{
		recordOf(s, order(s)),
		recordOf(n, data.StructOf(n, []any{int64(300), nil, nil, nil, data.Instant(7)})),
		recordOf(n, nil),
		recordOf(nil, orderMap()),
		recordOf(nil, jsonOrder(t, r, `{"id":300,"customer":"ann","price":1.50,"note":null,"at":1566570894346}`)),
		recordOf(nil, jsonOrder(t, r, `{"note":{"b":1,"a":[2]},"id":300,"x":1,"y":2,"z":3,"a":4,"b":5,"at":7}`)),
		recordOf(nil, jsonOrder(t, r, `{}`)),
		recordOf(nil, nil),
		{Topic: "orders-v1", Timestamp: connect.NoTimestamp, ValueSchema: s, Value: order(s)},
		{Topic: "orders-v1", Timestamp: connect.NoTimestamp, Value: orderMap()},
	}
}

// TestRewriteIsApply runs random chains both ways: what one writes in place, the other
// copies.
func TestRewriteIsApply(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	examples := moreExamples()
	var reader data.JSONReader
	for round := range 1000 {
		var applying, rewriting []rewritable
		var names []string
		for range 1 + rnd.IntN(4) {
			e := examples[rnd.IntN(len(examples))]
			if e.name == "ExtractField$Value" {
				continue // its result is not the record's own
			}
			applying = append(applying, newTransform(t, e.name, e.props).(rewritable))
			rewriting = append(rewriting, newTransform(t, e.name, e.props).(rewritable))
			names = append(names, e.name)
		}
		for _, original := range rewriteRecords(t, &reader) {
			compareChains(t, names, original, applying, rewriting)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}

func compareChains(t *testing.T, names []string, original *connect.Record, applying, rewriting []rewritable) {
	before, want, got := original.String(), *original, owned(original)
	for i := range applying {
		last := got.String()
		_, wantErr := applying[i].Apply(&want)
		_, err := rewriting[i].Rewrite(got)
		switch {
		case (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error():
			t.Errorf("%v, link %d: %v, want %v, for %s", names, i, err, wantErr, original)
			return
		case err != nil && got.String() != last:
			t.Errorf("%v, link %d: %v, and yet it made %s of %s", names, i, err, got, last)
			return
		case err != nil:
			continue
		case got.String() != want.String() || !got.ValueSchema.Equal(want.ValueSchema) || !data.Equal(got.Value, want.Value):
			t.Errorf("%v, link %d: %s, want %s", names, i, got, &want)
			return
		}
	}
	if original.String() != before {
		t.Errorf("%v: the original became %s, was %s", names, original, before)
	}
}

// TestRewriteLeavesPartsAlone takes a part of a value out before the value is written to.
func TestRewriteLeavesPartsAlone(t *testing.T) {
	inner := data.NewStructBuilder().Field("x", data.Int32Schema).MustBuild()
	outer := data.NewStructBuilder().Field("in", inner).Field("y", data.Int32Schema).MustBuild()
	part := data.StructOf(inner, []any{int32(1)})
	r := recordOf(outer, data.StructOf(outer, []any{part, int32(2)}))
	for _, e := range []example{
		{"HeaderFrom$Value", map[string]string{"fields": "in", "headers": "h", "operation": "copy"}},
		{"Flatten$Value", nil},
		{"MaskField$Value", map[string]string{"fields": "in.x"}},
		{"HoistField$Value", map[string]string{"field": "f"}},
		{"InsertField$Value", map[string]string{"topic.field": "t"}},
	} {
		if _, err := newTransform(t, e.name, e.props).(rewritable).Rewrite(r); err != nil {
			t.Fatal(e.name, err)
		}
	}
	if h, _ := r.Headers.Last("h"); h.Value != part || part.String() != "Struct{x=1}" {
		t.Errorf("the part is %v", h.Value)
	}
	if data.Text(r.Value) != "Struct{f=Struct{in.x=0,y=2},t=orders-v1}" {
		t.Errorf("the value is %s", r.Value)
	}
}

func TestExtractFieldIsNoRewriter(t *testing.T) {
	if _, ok := newTransform(t, "ExtractField$Value", map[string]string{"field": "f"}).(rewritable); ok {
		t.Error("what it leaves may be a part of something else")
	}
}
