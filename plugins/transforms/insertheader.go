package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	insertHeaderName  = "header"
	insertHeaderValue = "value.literal"
)

func insertHeaderConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: insertHeaderName, Type: config.StringType, Required: true,
			Validator: config.NonNull(), Importance: config.High,
			Doc: "Name of the header to append.",
		},
		config.Key{
			Name: insertHeaderValue, Type: config.StringType, Required: true,
			Validator: config.NonNull(), Importance: config.High,
			Doc: "Value of the header as text; its type is inferred from how it is written.",
		},
	)
}

// insertHeader appends one header, which is always the same.
type insertHeader struct{ header connect.Header }

func newInsertHeader(v *config.Values) (transform.Transformation, error) {
	schema, value := data.ParseString(v.String(insertHeaderValue))
	return keeper{insertHeader{connect.Header{Key: v.String(insertHeaderName), Schema: schema, Value: value}}}, nil
}

func (i insertHeader) Apply(r *connect.Record) (bool, error) {
	return true, r.Headers.Add(i.header.Key, i.header.Schema, i.header.Value)
}
