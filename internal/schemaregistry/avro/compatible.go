package avro

import (
	"fmt"

	twmb "github.com/twmb/avro"
)

// Readable tells whether data written with one schema, given as text, can be read
// with another one; the error says why not.
func Readable(writer string, reader *Schema) error {
	text, err := reader.Text()
	if err != nil {
		return err
	}
	return Compatible(writer, text)
}

// Compatible is Readable for two texts.
func Compatible(writer, reader string) error {
	w, err := twmb.Parse(writer)
	if err != nil {
		return fmt.Errorf("read the schema of the writer: %w", err)
	}
	r, err := twmb.Parse(reader)
	if err != nil {
		return fmt.Errorf("read the schema of the reader: %w", err)
	}
	return twmb.CheckCompatibility(w, r)
}
