package devs3

import (
	"bytes"
	"encoding/xml"
	"net/http"
)

// xmlAnswer is an encoder with what it has encoded, made to be used again.
type xmlAnswer struct {
	body    bytes.Buffer
	encoder *xml.Encoder
}

func newXMLAnswer() any {
	a := &xmlAnswer{}
	a.encoder = xml.NewEncoder(&a.body)
	return a
}

// writeXML answers with doc. A failure to write means the client is gone.
func (s *Server) writeXML(w http.ResponseWriter, status int, doc any) {
	a := s.answers.Get().(*xmlAnswer)
	a.body.Reset()
	a.body.WriteString(xml.Header)
	if err := a.encoder.Encode(doc); err != nil {
		// The encoder keeps its error, so it is not used again.
		http.Error(w, "encode answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	setLength(w, int64(a.body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(a.body.Bytes())
	s.answers.Put(a)
}
