package objectstore

// SetZipGroup makes objects give up their compressor after so many bytes.
func (s *Sink) SetZipGroup(n int) { s.zippers.group = n }
