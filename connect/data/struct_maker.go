package data

// StructMaker makes structs that share larger pieces of memory, for converters and
// transforms that make one for each record. Who keeps a struct keeps some of its
// neighbours. It must not be used by several goroutines at a time.
type StructMaker struct {
	structs slab[Struct]
	slots   slab[any]
}

// Make returns a struct of a schema with all slots unset, to be filled through
// Slots, and with room for some fields more, should it Become a struct with them.
func (m *StructMaker) Make(schema *Schema, room int) *Struct {
	s := &m.structs.take(1, 0, structsAtOnce)[0]
	s.schema, s.slots = schema, m.slots.take(len(schema.fields), room, slotsAtOnce)
	return s
}
