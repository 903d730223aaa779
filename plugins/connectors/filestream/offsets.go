package filestream

import (
	"context"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
)

// AlterOffsets checks a change of offsets (KIP-875).
func (c *sourceConnector) AlterOffsets(_ context.Context, props map[string]string, offsets []source.PartitionOffset) (bool, error) {
	if props[keyFile] == "" {
		return false, refuse("Offsets cannot be modified if the 'file' configuration is unspecified. " +
			"This is because stdin is used for input and offsets are not tracked.")
	}
	for _, o := range offsets {
		if err := checkOffset(o); err != nil {
			return false, err
		}
	}
	return true, nil
}

func checkOffset(o source.PartitionOffset) error {
	if o.Offset == nil {
		return nil
	}
	value, ok := o.Offset["position"]
	if !ok {
		return refuse("Offset objects should either be null or contain the key 'position'")
	}
	n, ok := value.(int64)
	switch {
	case !ok:
		return refuse("The value for the 'position' key in the offset is expected to be a Long value")
	case n < 0:
		return refuse("The value for the 'position' key in the offset should be a non-negative value")
	case o.Partition == nil:
		return refuse("Partition objects cannot be null")
	}
	if _, ok := o.Partition["filename"]; !ok {
		return refuse("Partition objects should contain the key 'filename'")
	}
	return nil
}

func refuse(msg string) error { return &connect.Error{Msg: msg} }
