package data_test

import (
	"fmt"

	"github.com/millrace/millrace/connect/data"
)

// Build a schema once and use it for all records.
func Example() {
	schema := data.NewStructBuilder().Name("com.example.Order").Version(1).
		Field("id", data.Int64Schema).
		Field("customer", data.OptionalStringSchema).
		Field("price", data.NewDecimalSchema(2).MustBuild()).
		Field("state", data.NewBuilder(data.String).Default("new").MustBuild()).
		MustBuild()

	order, err := data.NewStruct(schema)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = order.Put("id", int64(7))
	_ = order.Put("price", data.NewDecimal(1250, 2))
	state, _ := order.Get("state")

	fmt.Println(order, order.Validate())
	fmt.Println(schema, state)
	fmt.Println(order.Put("id", "seven"))
	// Output:
	// Struct{id=7,price=12.50} <nil>
	// Schema{com.example.Order:STRUCT} new
	// Invalid Java object for schema with type INT64: class java.lang.String for field: "id"
}

// StructOf is for code that makes values to fit: it takes them without a look, in
// the order of the fields.
func ExampleStructOf() {
	point := data.NewStructBuilder().Field("x", data.Int32Schema).Field("y", data.Int32Schema).MustBuild()
	p := data.StructOf(point, []any{int32(3), int32(4)})
	fmt.Println(p, data.Validate(point, p))
	// Output: Struct{x=3,y=4} <nil>
}

// The first error of a chain of calls sticks, and is returned by Build.
func ExampleBuilder_Build() {
	_, err := data.NewStructBuilder().
		Field("id", data.Int64Schema).
		Field("id", data.StringSchema).
		Name("order").
		Build()
	fmt.Println(err)
	// Output: Cannot create field because of field name duplication id
}

// A map keeps its order. What others may share is copied before it is changed.
func ExampleMap() {
	order := data.NewMap(2)
	order.Put("id", int64(7))
	order.Put("tags", []any{"new", "gift"})
	changed := order.Copy()
	changed.Delete("tags")
	text, err := data.AppendJSON(nil, order)
	fmt.Println(string(text), err, changed)
	// Output: {"id":7,"tags":["new","gift"]} <nil> {id=7}
}

// A value moves to a later version of its schema: numbers widen, and new fields take
// their defaults.
func ExampleProject() {
	v1 := data.NewStructBuilder().Name("order").Field("id", data.Int32Schema).MustBuild()
	v2 := data.NewStructBuilder().Name("order").
		Field("id", data.Int64Schema).
		Field("state", data.NewBuilder(data.String).Default("new").MustBuild()).
		MustBuild()
	v, err := data.Project(v1, data.StructOf(v1, []any{int32(7)}), v2)
	fmt.Println(v, err)
	// Output: Struct{id=7,state=new} <nil>
}
