package data

import "testing"

const order = `{"order_id":1000123,"customer":"customer-00042","status":"SHIPPED","amount":129.95,"currency":"EUR","quantity":3,"created_at":1700000000123,"express":false,"note":"leave at the door, ring twice please, thanks a lot","address":"12 Harbour Street, 20457 Hamburg, Germany"}`

func BenchmarkReadJSON(b *testing.B) {
	var r JSONReader
	src := []byte(order)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Read(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	var r JSONReader
	_, _ = r.Read([]byte(order))
	_, _ = r.Read([]byte(order))
	v, _ := r.Read([]byte(order))
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = AppendJSON(dst[:0], v)
	}
}

func BenchmarkTransformMap(b *testing.B) {
	var r JSONReader
	src := []byte(order)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		v, _ := r.Read(src)
		m := v.(*Map).CopyHash()
		m.Put("source", "orders")
		m = m.Select(func(key string) (string, bool) { return key, key != "note" })
		m = m.CopyHash()
		m.Put("customer", "")
		dst, _ = AppendJSON(dst[:0], m)
	}
}

func BenchmarkMapText(b *testing.B) {
	var r JSONReader
	src := []byte(order)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		v, _ := r.Read(src)
		dst = AppendText(dst[:0], v)
	}
}
