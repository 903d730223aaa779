package data_test

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestBuilderErrors(t *testing.T) {
	for want, b := range map[string]*data.Builder{
		"Invalid SchemaBuilder call: optional has already been set.": data.NewBuilder(data.Int8).Optional().SetOptional(false),
		"Invalid SchemaBuilder call: name has already been set.":     data.NewBuilder(data.Int8).Name("a").Name("b"),
		"Invalid SchemaBuilder call: version has already been set.":  data.NewBuilder(data.Int8).Version(1000).Version(1000),
		"Invalid SchemaBuilder call: doc has already been set.":      data.NewBuilder(data.Int8).Doc("a").Doc("b"),
		"Invalid SchemaBuilder call: default has already been set.":  data.NewBuilder(data.Float64).Default(1.5).Default(1.5),
		"Invalid default value":                                   data.NewBuilder(data.Int8).Default(int16(1)),
		"Cannot create fields on type INT8":                       data.NewBuilder(data.Int8).Field("a", data.Int8Schema),
		"fieldName cannot be null.":                               data.NewStructBuilder().Field("", data.Int8Schema),
		"fieldSchema for field a cannot be null.":                 data.NewStructBuilder().Field("a", nil),
		"keySchema cannot be null.":                               data.NewMapOf(nil, data.Int8Schema),
		"valueSchema cannot be null.":                             data.NewArray(nil),
		"Cannot create field because of field name duplication a": data.NewStructBuilder().Field("a", data.Int8Schema).Field("a", data.Int8Schema),
	} {
		_, err := b.Build()
		var e *data.Error
		if !errors.As(err, &e) || e.Kind != data.BadSchema || e.Msg != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestBuilderTakesTheSameTwice(t *testing.T) {
	s, err := data.NewBuilder(data.Int32).Optional().Optional().Name("a").Name("a").Version(1).Version(1).
		Default(nil).Default(int32(5)).Default(int32(5)).Build()
	if err != nil || s.Default() != int32(5) {
		t.Errorf("%v, %v", s, err)
	}
}

func TestCopyMayBeChanged(t *testing.T) {
	s := data.NewBuilder(data.Int32).Name("a").Version(1).Doc("d").Default(int32(1)).Parameter("p", "1").MustBuild()
	if !data.Copy(s).MustBuild().Equal(s) {
		t.Error("a copy differs")
	}
	c := data.Copy(s).Name("b").Version(2).Optional().Default(int32(2)).Parameter("p", "2").MustBuild()
	if c.Name() != "b" || c.Default() != int32(2) || !c.Optional() {
		t.Errorf("copy is %v", c)
	}
	if p, _ := s.Parameter("p"); p != "1" || s.Name() != "a" {
		t.Error("the original was changed")
	}
}
