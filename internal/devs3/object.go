package devs3

import "time"

// object is what is known about a stored object. It is never changed once it is
// in the index; a new value takes its place.
type object struct {
	Key      string            `json:"k"`
	Deleted  bool              `json:"d,omitempty"`
	Size     int64             `json:"s,omitempty"`
	ETag     string            `json:"e,omitempty"`
	Modified time.Time         `json:"m,omitzero"`
	FileTime int64             `json:"f,omitempty"` // mtime of the file in ns
	Hidden   bool              `json:"h,omitempty"` // stored under the hash of the key
	Header   map[string]string `json:"c,omitempty"`
	Meta     map[string]string `json:"u,omitempty"` // user metadata, names in lower case
	Sums     map[string]string `json:"x,omitempty"` // checksums by algorithm, base64
	Tags     []tag             `json:"t,omitempty"`
}

// tag is one object tag.
type tag struct {
	Key   string `xml:"Key" json:"k"`
	Value string `xml:"Value" json:"v"`
}

// quoted returns the ETag as it stands in headers and XML.
func (o *object) quoted() string { return `"` + o.ETag + `"` }
