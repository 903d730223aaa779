// Package protofile reads and writes Protobuf schemas as registries keep them: the
// text of a .proto file with the files that it imports. It links the text to
// descriptors, finds messages by the indexes that stand before a value, and prints
// schemas in the one form that the Java classes print.
//
// It is lenient where those are: imports that nobody has, options that nobody knows,
// and a confluent.field_meta without its import do not matter as long as no field
// needs them.
//
// Floor 2. Connect: io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema.
package protofile
