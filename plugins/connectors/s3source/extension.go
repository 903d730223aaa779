package s3source

import (
	"slices"

	"github.com/millrace/millrace/plugins/connectors/s3source/content"
)

// extension is how names of objects end, and what that says of their content.
type extension struct {
	suffix string
	format content.Format
	gzip   bool
	unwrap bool // keys and headers are within structs
}

// formats are the formats of a configuration.
type formats struct {
	bytesSuffix string
	bytes       content.Bytes
	csv         content.CSV
	avro        content.Avro
	parquet     content.Parquet
}

// of returns the extensions of a format, the longest first, and the format itself;
// nil for another class.
func (f *formats) of(class string) ([]extension, content.Format) {
	switch class {
	case jsonFormat, cloudJSONFormat:
		return zipped(content.JSON{}, ".json"), content.JSON{}
	case bytesFormat, cloudBytesFormat:
		return zipped(f.bytes, f.bytesSuffix), f.bytes
	case avroFormat, cloudAvroFormat:
		return []extension{{suffix: ".avro", format: f.avro}}, f.avro
	case parquetFormat:
		return f.parquets(), f.parquet
	case csvFormat:
		return zipped(f.csv, ".csv"), f.csv
	case textFormat:
		text := content.Text{}
		return slices.Concat(zipped(text, ".txt"), zipped(text, ".json"), zipped(text, f.bytesSuffix)), text
	}
	return nil, nil
}

// sides returns the extensions that objects with keys or headers may have.
func (f *formats) sides() []extension {
	return slices.Concat(
		[]extension{{suffix: ".avro", format: f.avro}}, zipped(content.JSON{}, ".json"), f.parquets(), zipped(f.bytes, f.bytesSuffix),
	)
}

func zipped(f content.Format, suffix string) []extension {
	return []extension{{suffix: suffix + ".gz", format: f, gzip: true}, {suffix: suffix, format: f}}
}

// parquets returns the extension of each codec.
func (f *formats) parquets() []extension {
	var all []extension
	for _, codec := range []string{".snappy", ".gz", ".zstd", ".lz4hadoop", ".lz4raw", ".br", ".lzo", ""} {
		all = append(all, extension{suffix: codec + ".parquet", format: f.parquet, unwrap: true})
	}
	return all
}
