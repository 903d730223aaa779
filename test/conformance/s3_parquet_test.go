package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/millrace/millrace/internal/objectstore/parquetfile/parquetfiletest"
)

// compareParquet compares schema, metadata, codec and records of a Parquet file.
func (o *s3Object) compareParquet(content []byte) error {
	got, err := parquetfiletest.Open(content)
	switch {
	case err != nil:
		return err
	case got.Message != o.Message:
		return fmt.Errorf("schema\n%s\nwant\n%s", got.Message, o.Message)
	case !maps.Equal(got.Metadata, o.Metadata):
		return fmt.Errorf("metadata %q, want %q", got.Metadata, o.Metadata)
	case got.RowGroups != o.RowGroups:
		return fmt.Errorf("%d row groups, want %d", got.RowGroups, o.RowGroups)
	case got.Codec != o.Columns[0].Codec:
		return fmt.Errorf("codec %s, want %s", got.Codec, o.Columns[0].Codec)
	}
	return o.compareRows(got)
}

func (o *s3Object) compareRows(f *parquetfiletest.File) error {
	var want []any
	if err := json.Unmarshal(o.Records, &want); err != nil {
		return err
	}
	if f.Codec == "LZ4" {
		if f.Rows != len(want) {
			return fmt.Errorf("%d records, want %d", f.Rows, len(want))
		}
		return nil
	}
	got, err := json.Marshal(f.Records)
	if err != nil {
		return err
	}
	var again []any
	if err := json.Unmarshal(got, &again); err != nil {
		return err
	}
	got, _ = json.Marshal(again)
	if all, _ := json.Marshal(want); !bytes.Equal(got, all) {
		return fmt.Errorf("records %s, want %s", got, all)
	}
	return nil
}
