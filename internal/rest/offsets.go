package rest

import (
	"net/http"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/rest/jackson"
)

func (a *api) offsets(r *request) (any, error) {
	found, err := a.herder.Offsets(r.Context(), r.connector())
	all := offsetList{[]offset{}}
	for _, o := range found {
		all.Offsets = append(all.Offsets, offset{fieldsObject(o.Partition), fieldsObject(o.Offset)})
	}
	return all, err
}

const (
	offsetsClass = "org.apache.kafka.connect.runtime.rest.entities.ConnectorOffsets"
	offsetClass  = "org.apache.kafka.connect.runtime.rest.entities.ConnectorOffset"
)

// alterOffsets changes the offsets of a stopped connector (KIP-875).
func (a *api) alterOffsets(r *request) (any, error) {
	var offsets []herder.Offset
	given := false
	err := r.read(offsetsClass, func(j *jackson.Reader) (err error) {
		given, err = j.Bean(offsetsClass, jackson.Field{Name: "offsets", Read: func() (err error) {
			offsets, err = readOffsets(j)
			return err
		}})
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !given:
		return nil, absent(offsetsClass+".offsets()", "offsets")
	case len(offsets) == 0:
		return nil, fail(http.StatusBadRequest, "Partitions / offsets need to be provided for an alter offsets request")
	}
	text, err := a.herder.AlterOffsets(r.Context(), r.connector(), offsets)
	return message{text}, err
}

func readOffsets(j *jackson.Reader) ([]herder.Offset, error) {
	if j.Token() == jackson.Null {
		return nil, nil
	}
	var offsets []herder.Offset
	err := j.List("java.util.ArrayList<"+offsetClass+">", func() error {
		var o herder.Offset
		given, err := j.Bean(offsetClass,
			jackson.Field{Name: "partition", Read: readFields(j, &o.Partition)},
			jackson.Field{Name: "offset", Read: readFields(j, &o.Offset)})
		if err == nil && !given {
			err = absent(offsetClass+".partition()", "offset")
		}
		offsets = append(offsets, o)
		return err
	})
	return offsets, err
}

func readFields(j *jackson.Reader, to *connect.Fields) func() error {
	return func() error {
		m, err := j.Map()
		*to = m
		return err
	}
}

func (a *api) resetOffsets(r *request) (any, error) {
	text, err := a.herder.AlterOffsets(r.Context(), r.connector(), nil)
	return message{text}, err
}
