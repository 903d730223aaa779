package protofile

import "embed"

//go:embed builtin
var builtin embed.FS

// Builtin returns the text of a file that every registry knows: those of
// google/protobuf and google/type, confluent/meta.proto and
// confluent/type/decimal.proto.
func Builtin(name string) (text string, ok bool) {
	raw, err := builtin.ReadFile("builtin/" + name)
	return string(raw), err == nil
}

// The files that schemas made of Connect's need.
const (
	Wrappers  = "google/protobuf/wrappers.proto"
	Timestamp = "google/protobuf/timestamp.proto"
	Date      = "google/type/date.proto"
	TimeOfDay = "google/type/timeofday.proto"
	Decimal   = "confluent/type/decimal.proto"
)
