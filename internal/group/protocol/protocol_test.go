package protocol

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

const url = "http://w1:8083/"

var owned = Assignment{
	Leader: "m1", LeaderURL: url, ConfigOffset: 5,
	Assigned: Work{Connectors: []string{"c"}, Tasks: []TaskID{{"c", 0}, {"c", 1}}},
}

const ownedHex = "0000" + "00026d31" + "000f687474703a2f2f77313a383038332f" + "0000000000000005" +
	"00000001" + "000163" + "00000003" + "ffffffff" + "00000000" + "00000001"

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAssignment(t *testing.T) {
	revoking := Assignment{
		Leader: "m1", LeaderURL: url, ConfigOffset: 5, Delay: 300000,
		Revoked: Work{Connectors: []string{"d"}, Tasks: []TaskID{{"c", 1}}},
	}
	mismatch := Assignment{Error: ConfigMismatch, Leader: "m1", LeaderURL: url, ConfigOffset: 9}
	for _, c := range []struct {
		name string
		mode Mode
		a    Assignment
		hex  string
	}{
		{"eager", Eager, owned, "0000" + ownedHex},
		{"compatible", Compatible, owned, "0001" + ownedHex + "0000000000000000"},
		{"sessioned", Sessioned, owned, "0002" + ownedHex + "0000000000000000"},
		{"revoked", Sessioned, revoking, "0002000000026d31000f687474703a2f2f77313a383038332f000000000000000500000000" +
			"000000020001640000000" + "1ffffffff0001630000000100000001000493e0"},
		{"mismatch", Sessioned, mismatch, "0002000100026d31000f687474703a2f2f77313a383038332f0000000000000009000000000000000000000000"},
	} {
		b, err := AppendAssignment([]byte("x"), c.mode, &c.a)
		if err != nil || hex.EncodeToString(b) != "78"+c.hex {
			t.Errorf("%s: wrote %x, %v, want 78%s", c.name, b, err, c.hex)
		}
		got, err := ReadAssignment(unhex(t, c.hex))
		c.a.Version = c.mode.Version()
		if err != nil || !reflect.DeepEqual(got, &c.a) {
			t.Errorf("%s: read %+v, %v, want %+v", c.name, got, err, c.a)
		}
	}
}

func TestMetadata(t *testing.T) {
	const fixed = "000f687474703a2f2f77313a383038332f0000000000000005"
	for _, c := range []struct {
		mode Mode
		of   *Assignment
		hex  string
	}{
		{Eager, nil, "0000" + fixed},
		{Compatible, nil, "0001" + fixed + "ffffffff"},
		{Sessioned, nil, "0002" + fixed + "ffffffff"},
		{Sessioned, &owned, "0002" + fixed + "00000040" + "0002" + ownedHex + "0000000000000000"},
	} {
		b, err := AppendMetadata(nil, c.mode, &Metadata{URL: url, ConfigOffset: 5, Allocation: c.of})
		if err != nil || hex.EncodeToString(b) != c.hex {
			t.Errorf("%s: wrote %x, %v, want %s", c.mode, b, err, c.hex)
		}
		got, err := ReadMetadata(b)
		if err != nil {
			t.Fatalf("%s: %v", c.mode, err)
		}
		if got.URL != url || got.ConfigOffset != 5 || got.Version != c.mode.Version() {
			t.Errorf("%s: read %+v", c.mode, got)
		}
		if (got.Allocation == nil) != (c.of == nil) || c.of != nil && !reflect.DeepEqual(got.Allocation.Assigned, c.of.Assigned) {
			t.Errorf("%s: read allocation %+v, want %+v", c.mode, got.Allocation, c.of)
		}
	}
}

func TestOffers(t *testing.T) {
	for mode, want := range map[Mode]string{
		Eager: "default", Compatible: "compatible default", Sessioned: "sessioned compatible default",
	} {
		offers, err := Offers(mode, &Metadata{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, o := range offers {
			names = append(names, o.Protocol)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s offers %s, want %s", mode, got, want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	const fixed = "000000026d31000f687474703a2f2f77313a383038332f0000000000000005"
	for _, c := range []struct{ hex, want string }{
		{"", "Error reading field 'version': java.nio.BufferUnderflowException"},
		{"ffff", "Unsupported subscription version: -1"},
		{"0001", "Error reading field 'error': Missing value for field 'error' which has no default value."},
		{"00010000ffff", "Error reading field 'leader': String length -1 cannot be negative"},
		{"000100000009", "Error reading field 'leader': Error reading string of length 9, only 0 bytes available"},
		{"0001" + fixed + "7fffffff", "Error reading field 'assignment': Error reading array of size 2147483647, only 0 bytes available"},
		{"0001" + fixed + "00000001000163ffffffff", "Error reading field 'assignment': Error reading field 'tasks': Array size -1 cannot be negative"},
	} {
		_, err := ReadAssignment(unhex(t, c.hex))
		var schema *SchemaError
		if !errors.As(err, &schema) || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.hex, err, c.want)
		}
	}
	if _, err := ReadEagerAssignment(unhex(t, "0000"+fixed+"ffffffff")); err == nil {
		t.Error("eager: a null array was read")
	}
}

func TestLongName(t *testing.T) {
	a := Assignment{Assigned: Work{Connectors: []string{strings.Repeat("n", 1<<15)}}}
	dst := []byte("x")
	got, err := AppendMetadata(dst, Sessioned, &Metadata{Allocation: &a})
	var schema *SchemaError
	if !errors.As(err, &schema) || string(got) != "x" {
		t.Errorf("wrote %d bytes, %v", len(got), err)
	}
}

func TestModes(t *testing.T) {
	for setting, want := range map[string]Mode{"eager": Eager, "Compatible": Compatible, "SESSIONED": Sessioned} {
		if got, err := ParseMode(setting); err != nil || got != want {
			t.Errorf("ParseMode(%q) = %v, %v", setting, got, err)
		}
	}
	for m := Eager; m <= Sessioned; m++ {
		if got, err := ModeNamed(m.Protocol()); err != nil || got != m {
			t.Errorf("ModeNamed(%q) = %v, %v", m.Protocol(), got, err)
		}
		if got, err := ModeOfVersion(m.Version()); err != nil || got != m {
			t.Errorf("ModeOfVersion(%d) = %v, %v", m.Version(), got, err)
		}
	}
	_, byName := ParseMode("x")
	_, byProtocol := ModeNamed("eager")
	_, byVersion := ModeOfVersion(3)
	for _, err := range []error{byName, byProtocol, byVersion} {
		var unknown *ModeError
		if !errors.As(err, &unknown) {
			t.Errorf("%v is no ModeError", err)
		}
	}
}

func FuzzReadAssignment(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ReadEagerAssignment(b)
		a, err := ReadAssignment(b)
		if err != nil {
			return
		}
		again(t, func(mode Mode) ([]byte, error) { return AppendAssignment(nil, mode, a) },
			func(b []byte) (any, error) { return ReadAssignment(b) })
	})
}

func FuzzReadMetadata(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ReadEagerMetadata(b)
		meta, err := ReadMetadata(b)
		if err != nil {
			return
		}
		again(t, func(mode Mode) ([]byte, error) { return AppendMetadata(nil, mode, meta) },
			func(b []byte) (any, error) { return ReadMetadata(b) })
	})
}

// again checks that what was read can be written and read again, unless a text
// has grown too long because its bytes were no UTF-8.
func again(t *testing.T, write func(Mode) ([]byte, error), read func([]byte) (any, error)) {
	t.Helper()
	for mode := Eager; mode <= Sessioned; mode++ {
		b, err := write(mode)
		if err != nil {
			continue
		}
		if _, err := read(b); err != nil {
			t.Errorf("%s: read %x: %v", mode, b, err)
		}
	}
}

func seeds(f *testing.F) {
	f.Helper()
	for mode := Eager; mode <= Sessioned; mode++ {
		a, _ := AppendAssignment(nil, mode, &owned)
		f.Add(a)
		meta, _ := AppendMetadata(nil, mode, &Metadata{URL: url, Allocation: &owned})
		f.Add(meta)
	}
}
