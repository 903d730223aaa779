package protodata

import (
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
)

// everything has all kinds of fields that keep their values when they are read and
// written again.
const everything = `syntax = "proto3"; package t; import "google/protobuf/wrappers.proto";
message All {
	int32 a = 1; sint32 b = 2; sfixed32 c = 3; uint32 d = 4; fixed32 e = 5; int64 f = 6; uint64 g = 7; sint64 h = 8; fixed64 i = 9; sfixed64 j = 10;
	float k = 11; double l = 12; bool m = 13; string n = 14; bytes o = 15;
	repeated sint64 p = 16; repeated string q = 17; repeated double r = 18; repeated bool s = 19; repeated uint32 t = 20 [packed = false];
	optional int32 u = 21; optional string v = 22; optional bytes w = 23;
	Inner x = 24; repeated Inner y = 25;
	map<string, int32> z = 26; map<int64, Inner> aa = 27; map<bool, bytes> ab = 1000;
	oneof one { string ba = 40; Inner bb = 41; sfixed64 bc = 42; google.protobuf.StringValue bd = 43; }
	oneof two { bool ca = 50; bytes cb = 51; }
	google.protobuf.BoolValue da = 60; google.protobuf.UInt64Value db = 61; google.protobuf.FloatValue dc = 62; google.protobuf.BytesValue dd = 63;
	message Inner { int32 a = 1; optional double b = 2; repeated Leaf c = 3; Leaf d = 4; }
	message Leaf { string s = 1; map<uint32, string> m = 2; }
}`

// logicals adds what can be refused.
const logicals = `syntax = "proto2"; package t; import "google/type/date.proto"; import "google/type/timeofday.proto"; import "google/protobuf/timestamp.proto"; import "confluent/type/decimal.proto";
message Logical {
	optional google.type.Date a = 1; repeated google.type.TimeOfDay b = 2; optional google.protobuf.Timestamp c = 3; optional confluent.type.Decimal d = 4;
	optional E e = 5; repeated E f = 6 [packed = true]; map<string, google.protobuf.Timestamp> g = 7; optional string s = 8; repeated Odd h = 9;
	enum E { X = 1; Y = -2; }
	message Odd { required int32 r = 1; repeated OddEntry e = 2; message OddEntry { optional bytes key = 1; optional Odd2 value = 2; } }
	message Odd2 { repeated OddEntry x = 1; message OddEntry { optional Odd3 key = 1; optional E value = 2; } }
	message Odd3 { optional int32 i = 1 [default = 3]; }
}`

func first(t testing.TB, text string) protoreflect.MessageDescriptor {
	t.Helper()
	f, err := protofile.Compile(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Message([]int32{0})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// again reads a message and writes what was read.
func again(t testing.TB, m protoreflect.MessageDescriptor, r *Reader, w *Writer, raw []byte) protoreflect.ProtoMessage {
	t.Helper()
	v, err := r.Read(raw)
	if err != nil {
		t.Fatalf("read %x: %v", raw, err)
	}
	if err := data.Validate(r.Schema(), v); err != nil {
		t.Fatalf("read %x: %v", raw, err)
	}
	out, err := w.Append(nil, v)
	if err != nil {
		t.Fatalf("write %s: %s", data.Text(v), chain(err))
	}
	back := dynamicpb.NewMessage(m)
	if err := proto.Unmarshal(out, back); err != nil {
		t.Fatalf("write %s: %x: %v", data.Text(v), out, err)
	}
	return back
}

func both(t testing.TB, m protoreflect.MessageDescriptor) (*Reader, *Writer) {
	t.Helper()
	r, err := usual.NewReader(m, NoVersion)
	if err != nil {
		t.Fatal(err)
	}
	w, err := usual.NewWriter(r.Schema(), m)
	if err != nil {
		t.Fatal(chain(err))
	}
	return r, w
}

// TestAgainstGoogle reads and writes again random messages that Google's library
// wrote.
func TestAgainstGoogle(t *testing.T) {
	m := first(t, everything)
	r, w := both(t, m)
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		msg := dynamicpb.NewMessage(m)
		fill(dice, msg, 3)
		raw, err := proto.Marshal(msg)
		if err != nil {
			t.Fatal(err)
		}
		if back := again(t, m, r, w, raw); !proto.Equal(msg, back) {
			t.Fatalf("%v\nbecame\n%v", msg, back)
		}
	}
}

// fill sets some fields of a message.
func fill(dice *rand.Rand, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if dice.IntN(3) == 0 || f.Message() != nil && depth == 0 {
			continue
		}
		switch {
		case f.IsMap():
			for range dice.IntN(4) {
				v := m.Mutable(f).Map().NewValue()
				if f.MapValue().Message() != nil {
					fill(dice, v.Message(), depth-1)
				} else {
					v = random(dice, f.MapValue())
				}
				m.Mutable(f).Map().Set(random(dice, f.MapKey()).MapKey(), v)
			}
		case f.IsList():
			for range dice.IntN(4) {
				list := m.Mutable(f).List()
				if f.Message() != nil {
					fill(dice, list.AppendMutable().Message(), depth-1)
				} else {
					list.Append(random(dice, f))
				}
			}
		case f.Message() != nil:
			fill(dice, m.Mutable(f).Message(), depth-1)
		default:
			m.Set(f, random(dice, f))
		}
	}
}

func random(dice *rand.Rand, f protoreflect.FieldDescriptor) protoreflect.Value {
	n := dice.Uint64() >> dice.IntN(64)
	if dice.IntN(2) == 0 {
		n = -n
	}
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(n&1 == 0)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(n))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(n))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(n))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(n)
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(int32(n)) / 16)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(int64(n)) / 16)
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(make([]byte, n%200))
	}
	return protoreflect.ValueOfString("äöü and more, so that the text gets longer than a byte can say, now and then, "[:2*(n%3)] + string(make([]byte, n%140)))
}

// FuzzRead reads any bytes: without panic, and with the same outcome as Google's
// library.
func FuzzRead(f *testing.F) {
	all := first(f, everything)
	r, w := both(f, all)
	logical, err := usual.NewReader(first(f, logicals), NoVersion)
	if err != nil {
		f.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		msg := dynamicpb.NewMessage(all)
		fill(dice, msg, 2)
		raw, err := proto.Marshal(msg)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("\x0a\x07\x08\xe8\x0f\x10\x02\x18\x1d\x12\x02\x08\x01\x1a\x02\x08\x05\x22\x06\x0a\x01\x09\x10\x01\x18\x01\x28\x01\x32\x02\x01\x07\x4a\x04\x08\x01\x12\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if v, err := logical.Read(raw); err == nil {
			if err := data.Validate(logical.Schema(), v); err != nil {
				t.Errorf("%v: %v", v, err)
			}
		}
		msg := dynamicpb.NewMessage(all)
		_, err := r.Read(raw)
		wrong, ok := unmarshal(raw, msg)
		if !ok {
			return
		}
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%x: %v, but Google's library says %v", raw, err, wrong)
		}
		if err != nil {
			return
		}
		back := again(t, all, r, w, raw)
		dropUnknown(msg)
		if !proto.Equal(msg, back) {
			t.Fatalf("%v\nbecame\n%v", msg, back)
		}
	})
}

// unmarshal reads a message by Google's library, which panics when the key of a map
// comes twice, the second time as another type.
func unmarshal(raw []byte, m protoreflect.ProtoMessage) (err error, ok bool) { //nolint:revive // the error is what is compared
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return proto.Unmarshal(raw, m), true
}

// dropUnknown forgets fields that the schema does not have.
func dropUnknown(m protoreflect.Message) {
	m.SetUnknown(nil)
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				if f.MapValue().Message() != nil {
					dropUnknown(v.Message())
				}
				return true
			})
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				dropUnknown(v.List().Get(i).Message())
			}
		case f.Message() != nil && !f.IsList():
			dropUnknown(v.Message())
		}
		return true
	})
}
