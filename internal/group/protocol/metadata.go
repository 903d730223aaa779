package protocol

// Metadata is what a worker tells of itself when it joins a group.
type Metadata struct {
	Version      int16       // of the message it was read from; ignored when written
	URL          string      // advertised, for requests of other workers
	ConfigOffset int64       // offset after the last configuration record it read; -1 before any
	Allocation   *Assignment // what it runs; nil for nothing yet; never with Eager

	// Leaving tells a leader that hands over that the worker has stopped all it
	// ran and is about to leave. Never with Eager; a Java worker never sets it and
	// ignores it.
	Leaving bool
}

// Offer is one of the protocols that a worker offers when it joins, with its
// metadata in that protocol's form.
type Offer struct {
	Protocol string
	Metadata []byte
}

// Offers returns what a worker of a mode offers to its group, the preferred
// protocol first: its mode and all older ones. The error is a *SchemaError.
func Offers(m Mode, meta *Metadata) ([]Offer, error) {
	var offers []Offer
	for ; m >= Eager; m-- {
		b, err := AppendMetadata(nil, m, meta)
		if err != nil {
			return nil, err
		}
		offers = append(offers, Offer{Protocol: m.Protocol(), Metadata: b})
	}
	return offers, nil
}

// AppendMetadata appends a worker's metadata in the form of a mode. The error is
// a *SchemaError.
func AppendMetadata(dst []byte, m Mode, meta *Metadata) ([]byte, error) {
	w := writer{b: dst}
	w.int16(m.Version())
	w.string("url", meta.URL)
	w.int64(meta.ConfigOffset)
	if m.Cooperative() {
		w.allocation(m, meta.Allocation)
	}
	w.trailer(m, meta.Leaving)
	return w.done(dst)
}

func (w *writer) allocation(m Mode, a *Assignment) {
	if a == nil {
		w.int32(-1)
		return
	}
	start := len(w.b)
	w.int32(0)
	w.assignment(m, a)
	w.setLength(start)
}

// ReadMetadata reads a worker's metadata of any version. The error is a
// *SchemaError. Nothing of src is kept.
func ReadMetadata(src []byte) (*Metadata, error) {
	r := &reader{b: src}
	meta := r.metadata()
	var allocation []byte
	r.optional("allocation", func() { allocation = r.bytes() })
	meta.Leaving = r.trailer()
	if allocation != nil && r.err == nil {
		r.b = allocation
		meta.Allocation = r.cooperativeAssignment()
	}
	return finish(r, meta)
}

// ReadEagerMetadata reads the part of a worker's metadata that version 0 has; the
// rest is left unread. The error is a *SchemaError.
func ReadEagerMetadata(src []byte) (*Metadata, error) {
	r := &reader{b: src}
	meta := r.metadata()
	return finish(r, meta)
}

func (r *reader) metadata() *Metadata {
	meta := &Metadata{Version: r.version()}
	r.field("url", func() { meta.URL = r.string() })
	r.field("config-offset", func() { meta.ConfigOffset = r.int64() })
	return meta
}
