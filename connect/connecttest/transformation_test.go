package connecttest

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
)

// stamp adds a header and renames the topic: well, or with a fault.
type stamp struct {
	fault string
	n     int64
}

func (s *stamp) Apply(r *connect.Record) (bool, error) {
	switch v := r.Value.(type) {
	case *data.Struct:
		if s.fault == "writes slots" {
			v.Slots()[0] = int64(99)
		}
	case *data.Map:
		if s.fault == "writes map" {
			v.Put("id", "99")
		}
	case []byte:
		if s.fault == "writes bytes" {
			_ = append(v, 9)
		}
	case string:
		if s.fault == "panics on text" {
			panic("text")
		}
	case nil:
		return s.fault == "keeps null", nil
	}
	switch s.fault {
	case "writes headers":
		r.Headers = append(r.Headers, connect.Header{Key: "stamp"})
	case "fails half way":
		r.Topic = "half"
		return false, errors.New("half way")
	case "loses schema":
		r.Value = 5
	case "moves":
		r.Source, r.Consumed = nil, nil
	case "counts":
		s.n++
		return true, r.Headers.Add("stamp", data.Int64Schema, s.n)
	}
	r.Topic = "stamped"
	return true, r.Headers.Add("stamp", data.StringSchema, "x")
}

func stampSuite(fault string) Transformation {
	def := config.NewDef(config.Key{Name: "ink", Type: config.StringType, Required: true, Doc: "The colour."})
	return Transformation{
		Plugin: plugin.Transformation{
			Info: plugin.Info{Class: "com.example.Stamp", Config: def},
			New: func(props map[string]string) (transform.Transformation, error) {
				if _, err := def.Parse(props); err != nil && fault != "no ink" {
					return nil, err
				}
				return &stamp{fault: fault}, nil
			},
		},
		Config: map[string]string{"ink": "blue"},
		Records: []Transformed{
			{Name: "text", Record: connect.Record{Topic: "t", Value: "x"}, Want: func(t testing.TB, r *connect.Record) {
				if r.Topic != "stamped" {
					t.Errorf("topic %s", r.Topic)
				}
			}},
			{Name: "null", Record: connect.Record{Topic: "t"}, Dropped: true},
		},
		Intact: true,
	}
}

func TestTransformationSuite(t *testing.T) {
	t.Run("good", func(t *testing.T) {
		stampSuite("").Run(t)
		expect(t, stampSuite("").checks(), "", "")
	})
	for _, c := range []struct{ fault, check, want string }{
		{"no ink", "bad configuration", "without ink is not refused"},
		{"writes slots", "any record", "wrote into what records share"},
		{"writes map", "any record", "wrote into what records share"},
		{"writes bytes", "any record", "wrote into what records share"},
		{"writes headers", "any record", "wrote into what records share"},
		{"panics on text", "any record", "Apply panicked"},
		{"keeps null", "results", "null: kept is true"},
		{"fails half way", "any record", "failed and yet changed"},
		{"loses schema", "any record", "not in the data model"},
		{"moves", "any record", "where the record comes from"},
		{"counts", "any record", "two results"},
	} {
		t.Run(c.fault, func(t *testing.T) { expect(t, stampSuite(c.fault).checks(), c.check, c.want) })
	}
}

type isText struct{ fault string }

func (p isText) Test(r *connect.Record) (bool, error) {
	if p.fault == "writes" {
		r.Topic = "t"
	}
	_, ok := r.Value.(string)
	return ok != (p.fault == "wrong"), nil
}

func TestPredicateSuite(t *testing.T) {
	suite := func(fault string) Predicate {
		return Predicate{
			Plugin: plugin.Predicate{
				Info: plugin.Info{Class: "com.example.IsText"},
				New:  func(map[string]string) (transform.Predicate, error) { return isText{fault}, nil },
			},
			Records: []Tested{{Name: "text", Record: connect.Record{Value: "x"}, Want: true}, {Name: "null"}},
		}
	}
	suite("").Run(t)
	expect(t, suite("").checks(), "", "")
	expect(t, suite("writes").checks(), "answers", "Test changed the record")
	expect(t, suite("wrong").checks(), "answers", "text: false")
}
