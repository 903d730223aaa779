package jsonconverter

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
)

const (
	bareOrder = `{"order_id":1000123,"customer":"customer-00042","status":"SHIPPED","amount":129.95,"currency":"EUR","quantity":3,"created_at":1700000000123,"express":false,"note":"leave at the door, ring twice please, thanks a lot","address":"12 Harbour Street, 20457 Hamburg, Germany"}`

	orderSchema = `{"type":"struct","fields":[` +
		`{"type":"int64","optional":false,"field":"order_id"},{"type":"string","optional":false,"field":"customer"},` +
		`{"type":"string","optional":false,"field":"status"},{"type":"double","optional":false,"field":"amount"},` +
		`{"type":"string","optional":true,"field":"currency"},{"type":"int32","optional":false,"field":"quantity"},` +
		`{"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1,"field":"created_at"},` +
		`{"type":"boolean","optional":false,"field":"express"},{"type":"string","optional":true,"field":"note"},` +
		`{"type":"string","optional":true,"field":"address"}],"optional":false,"name":"com.example.orders.Order","version":1}`

	envelopedOrder = `{"schema":` + orderSchema + `,"payload":` + bareOrder + `}`
)

func bench(b *testing.B, schemas string) *Converter {
	b.Helper()
	b.ReportAllocs()
	c, err := New(map[string]string{"schemas.enable": schemas}, convert.Value)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkDecodeBare(b *testing.B) {
	c, raw := bench(b, "false"), []byte(bareOrder)
	for b.Loop() {
		if _, _, err := c.ToConnect("t", nil, raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeEncodeBare(b *testing.B) {
	c, raw := bench(b, "false"), []byte(bareOrder)
	for b.Loop() {
		_, v, _ := c.ToConnect("t", nil, raw)
		if _, err := c.FromConnect("t", nil, nil, v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeBare(b *testing.B) {
	c, raw := bench(b, "false"), []byte(bareOrder)
	_, v, err := c.ToConnect("t", nil, raw)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, _ = c.FromConnect("t", nil, nil, v)
	}
}

func BenchmarkDecodeEnvelope(b *testing.B) {
	c, raw := bench(b, "true"), []byte(envelopedOrder)
	for b.Loop() {
		if _, _, err := c.ToConnect("t", nil, raw); err != nil {
			b.Fatal(err)
		}
	}
}

func orderStruct(b testing.TB, c *Converter) (*data.Schema, any) {
	b.Helper()
	s, v, err := c.ToConnect("t", nil, []byte(envelopedOrder))
	if err != nil {
		b.Fatal(err)
	}
	return s, v
}

func BenchmarkEncodeStruct(b *testing.B) {
	c := bench(b, "true")
	s, v := orderStruct(b, c)
	bare := bench(b, "false")
	for b.Loop() {
		if _, err := bare.FromConnect("t", nil, s, v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeEnvelope(b *testing.B) {
	c := bench(b, "true")
	s, v := orderStruct(b, c)
	for b.Loop() {
		if _, err := c.FromConnect("t", nil, s, v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTouchedMap(b *testing.B) {
	c, raw := bench(b, "false"), []byte(bareOrder)
	for b.Loop() {
		_, v, _ := c.ToConnect("t", nil, raw)
		m := v.(*data.Map).CopyHash()
		m.Put("source", "orders")
		if _, err := c.FromConnect("t", nil, nil, m); err != nil {
			b.Fatal(err)
		}
	}
}
