package archive

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadClass(t *testing.T) {
	good := classFile(flagPublic|flagAbstract, "a.b.C$D", "a.Base", "x.Y", "x.Z")
	var r classReader
	got, err := r.read(good)
	want := class{name: "a.b.C$D", super: "a.Base", interfaces: []string{"x.Y", "x.Z"}, flags: flagPublic | flagAbstract}
	if err != nil || !reflect.DeepEqual(got, want) || got.concrete() {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
	for n := range len(good) - 6 { // what follows the interfaces is not read
		if _, err := r.read(good[:n]); err == nil {
			t.Errorf("%d bytes of a class are taken for a class", n)
		}
	}
	if got, err := r.read(classFile(flagPublic, "java.lang.Object", "")); err != nil || got.super != "" || !got.concrete() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBadClasses(t *testing.T) {
	head := "\xca\xfe\xba\xbe\x00\x00\x00\x3d"
	for name, tc := range map[string]struct{ text, want string }{
		"other magic":           {"\xca\xfe\xba\xbf\x00\x00\x00\x3d", "no Java class"},
		"unknown constant":      {head + "\x00\x02\x02", "unknown kind 2"},
		"text beyond the end":   {head + "\x00\x02\x01\xff\xffx", "too early"},
		"class without number":  {head + "\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00", "no name"},
		"class is a text":       {head + "\x00\x02\x01\x00\x01x\x00\x01\x00\x01", "no class"},
		"name is a class":       {head + "\x00\x02\x07\x00\x01\x00\x01\x00\x01", "without name"},
		"name is out of range":  {head + "\x00\x02\x07\xff\xff\x00\x01\x00\x01", "without name"},
		"class is out of range": {head + "\x00\x01\x00\x01\xff\xff", "no class"},
		"interfaces are cut":    {head + "\x00\x03\x01\x00\x01x\x07\x00\x01\x00\x01\x00\x02\x00\x00\xff\xff", "too early"},
	} {
		var r classReader
		if _, err := r.read([]byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
}

func FuzzClass(f *testing.F) {
	f.Add(classFile(flagPublic, "a.B", "c.D", "e.F"))
	f.Add([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x3d\xff\xff\x05"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r classReader
		c, err := r.read(b)
		if err == nil && (c.name == "" || len(c.interfaces) > len(b)) {
			t.Errorf("%+v", c)
		}
	})
}
