package parquetfile

import (
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// Sizes in bytes. An open file holds nothing while its batches wait. Then it has the
// columns of a writer: a page of each, and the compressed pages of one row group.
const (
	batchSize    = 240 << 10 // of records that go to columns at once
	pageSize     = 64 << 10  // of pages, before compression
	textSize     = 256 << 10 // of the values in a page of text, which is an index
	dictionary   = 128 << 10 // a larger dictionary is given up
	rowGroupSize = 8 << 20   // of the compressed pages in a row group
	groupSpool   = 32 << 20  // of the records in a row group, when pages stay small
)

// writersMost is how many files of a format have columns at a time.
const writersMost = 4

// plan is how values of a schema are written. It is safe for concurrent use.
type plan struct {
	root    *node
	text    []bool // which columns have a dictionary
	options []parquet.WriterOption
}

func newPlan(root *node, codec compress.Codec, avro string) *plan {
	schema := parquet.NewSchema(root.name, root.required())
	p := &plan{root: root}
	p.options = []parquet.WriterOption{
		schema,
		createdBy{},
		parquet.Compression(codec),
		parquet.KeyValueMetadata("parquet.avro.schema", avro),
		parquet.KeyValueMetadata("writer.model.name", "avro"),
		// As the Java writer, so that readers that know no second version can read it.
		parquet.DataPageVersion(1),
		parquet.DataPageStatistics(false),
		parquet.DictionaryMaxBytes(dictionary),
		parquet.WriteBufferSize(4 << 10),
	}
	for i, path := range schema.Columns() {
		l := root.column(i).logical
		p.text = append(p.text, l == text || l == enum)
		// The library compares decimals as bytes, which is not their order.
		if l == decimal || l == number {
			p.options = append(p.options, parquet.SkipPageBounds(path...))
		}
	}
	return p
}

// createdBy puts the name of the program into files, in the form that readers take
// apart: program, version, build.
type createdBy struct{}

// ConfigureWriter sets the name.
func (createdBy) ConfigureWriter(c *parquet.WriterConfig) {
	c.CreatedBy = "millrace version 1.0.0 (build go)"
}

// column returns the leaf of a column.
func (n *node) column(i int) *node {
	for n.kind >= structKind {
		for _, child := range n.children {
			if i < child.last {
				n = child
				break
			}
		}
	}
	return n
}
