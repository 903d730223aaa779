package s3source

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
)

// Names within source partitions and offsets. Those of a folder are the Java
// connector's, whose values are all text.
const (
	folderField    = "folder"
	topicField     = "topic"
	partitionField = "partition"
	fileField      = "file" // mode GENERIC

	lastFile   = "lastFileRead"
	fileOffset = "fileOffset"
	endOfFile  = "eof"
)

// position is how far a group, or in mode GENERIC an object, has been read: count
// records of the object key, and all objects before it.
type position struct {
	source *connect.SourcePartition
	key    string // "": nothing was read
	count  int64
	end    bool // the object is done with
	folder bool // of a group
}

// place is the offset of a record: a position that does not move.
type place struct {
	of    *position
	key   string
	count int64
	end   bool
}

// Fields returns the offset as it is stored.
func (p *place) Fields() connect.Fields {
	f := connect.Fields{fileOffset: strconv.FormatInt(p.count, 10), endOfFile: strconv.FormatBool(p.end)}
	if p.of.folder {
		f[lastFile] = p.key
	}
	return f
}

// load takes a stored offset. It returns false when there is none.
func (p *position) load(ctx context.Context, offsets source.OffsetReader, from *connect.SourcePartition) (bool, error) {
	stored, err := offsets.Offset(ctx, from)
	if err != nil {
		return false, fmt.Errorf("read the stored offset of %s: %w", from, err)
	}
	if stored == nil {
		return false, nil
	}
	if p.folder {
		p.key, _ = stored[lastFile].(string)
	}
	if p.count, p.end, err = readOffset(stored); err != nil {
		return false, fmt.Errorf("the stored offset of %s: %w", from, err)
	}
	return true, nil
}

// readOffset reads the fields that offsets of both modes have.
func readOffset(f connect.Fields) (count int64, end bool, err error) {
	switch v := f[fileOffset].(type) {
	case int64:
		count = v
	case string:
		count, err = strconv.ParseInt(v, 10, 64)
	case nil:
	default:
		err = strconv.ErrSyntax
	}
	if err != nil || count < 0 {
		return 0, false, fmt.Errorf("%s must be a number of records and is %v", fileOffset, f[fileOffset])
	}
	switch v := f[endOfFile].(type) {
	case bool:
		end = v
	case string:
		end = strings.EqualFold(v, "true")
	}
	return count, end, nil
}

// newPosition returns where to begin with a group.
func newPosition(ctx context.Context, l *layout, offsets source.OffsetReader, n *name) (*position, error) {
	fields := connect.Fields{folderField: n.folder}
	own, other := l.partitionOf(n)
	if !own {
		fields[partitionField] = strconv.Itoa(int(n.partition))
	}
	if !l.within(n.folder, n.topic) {
		fields[topicField] = n.topic
	}
	p := &position{source: connect.NewSourcePartition(fields), folder: true}
	found, err := p.load(ctx, offsets, p.source)
	if err != nil || found || own || other {
		return p, err
	}
	// The Java connector has one offset for the folder, whatever is in it.
	_, err = p.load(ctx, offsets, connect.NewSourcePartition(connect.Fields{folderField: n.folder}))
	return p, err
}

// partitionOf tells whether a folder is that of a Kafka partition: the object's own,
// or another.
func (l *layout) partitionOf(n *name) (own, other bool) {
	for piece := range strings.SplitSeq(n.folder, l.directory) {
		if number, ok := strings.CutPrefix(piece, "partition="); ok && number == strconv.Itoa(int(n.partition)) {
			return true, false
		} else if ok {
			other = true
		}
	}
	return false, other
}

// within tells whether a folder lies in one of that name.
func (l *layout) within(folder, name string) bool {
	for piece := range strings.SplitSeq(folder, l.directory) {
		if piece == name {
			return true
		}
	}
	return false
}

// AlterOffsets checks a change of offsets (KIP-875).
func (c *connector) AlterOffsets(_ context.Context, _ map[string]string, offsets []source.PartitionOffset) (bool, error) {
	for _, o := range offsets {
		if o.Partition == nil {
			return false, refuse("Partition objects cannot be null")
		}
		folder, isFolder := o.Partition[folderField].(string)
		if _, isFile := o.Partition[fileField].(string); isFolder == isFile {
			return false, refuse("Partition objects must have either the key '%s' or the key '%s', with a text", folderField, fileField)
		}
		if o.Offset == nil {
			continue
		}
		if _, _, err := readOffset(o.Offset); err != nil {
			return false, refuse("Offset objects: %s", err)
		}
		if key, _ := o.Offset[lastFile].(string); isFolder && !strings.HasPrefix(key, folder) {
			return false, refuse("Offset objects must have the key '%s' with the key of an object in the folder %s", lastFile, folder)
		}
	}
	return true, nil
}

func refuse(format string, args ...any) error {
	return &connect.Error{Msg: fmt.Sprintf(format, args...)}
}
