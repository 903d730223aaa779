package conformance

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/group/protocol"
)

func TestGroupProtocol(t *testing.T) {
	run(t, "group-protocol", func(c *Case) (any, error) {
		switch c.Op {
		case "serializeMetadata":
			return c.writeMetadata()
		case "serializeAssignment":
			return c.writeAssignment()
		case "deserializeMetadata":
			return c.readMetadata()
		case "deserializeAssignment":
			return c.readAssignment()
		case "joinGroupProtocols":
			return c.offers()
		case "fromProtocol":
			return upper(protocol.ModeNamed(into[string](c.Input)))
		case "fromProtocolVersion":
			return upper(protocol.ModeOfVersion(into[int16](c.Input)))
		case "eagerAssignment":
			return c.assignEagerly()
		case "assignorSequence":
			return "rounds as recorded", c.assignRounds()
		}
		return nil, unknownOp(c)
	})
}

func upper(m protocol.Mode, err error) (any, error) { return strings.ToUpper(m.String()), err }

// assignmentJSON is an assignment as the cases tell it; an eager one has no
// version, nothing revoked and no delay.
type assignmentJSON struct {
	Version                         int16
	Error                           int16
	Leader, LeaderURL               *string
	ConfigOffset                    string
	Connectors, Tasks               []string
	RevokedConnectors, RevokedTasks []string
	Delay                           int32
}

func (a *assignmentJSON) assignment() *protocol.Assignment {
	if a == nil || a.Leader == nil {
		return nil
	}
	return &protocol.Assignment{
		Error: a.Error, Leader: *a.Leader, LeaderURL: *a.LeaderURL, ConfigOffset: wireInt(a.ConfigOffset),
		Assigned: workOf(a.Connectors, a.Tasks), Revoked: workOf(a.RevokedConnectors, a.RevokedTasks), Delay: a.Delay,
	}
}

func wireInt(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(malformed{err})
	}
	return n
}

func workOf(connectors, tasks []string) protocol.Work {
	w := protocol.Work{Connectors: connectors}
	for _, id := range tasks {
		i := strings.LastIndexByte(id, '-')
		if i < 0 {
			panic(malformed{fmt.Errorf("task id %q", id)})
		}
		w.Tasks = append(w.Tasks, protocol.TaskID{Connector: id[:i], Task: int(wireInt(id[i+1:]))})
	}
	return w
}

func bytesOf(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(malformed{err})
	}
	return b
}

// modeOf returns the mode of a recorded version; none is eager.
func modeOf(version int16) protocol.Mode {
	m, err := protocol.ModeOfVersion(version)
	if err != nil {
		panic(malformed{err})
	}
	return m
}

type metadataJSON struct {
	Version      int16
	URL          string
	ConfigOffset string
	Assignment   *assignmentJSON
}

func (m metadataJSON) metadata() *protocol.Metadata {
	return &protocol.Metadata{URL: m.URL, ConfigOffset: wireInt(m.ConfigOffset), Allocation: m.Assignment.assignment()}
}

func (c *Case) writeMetadata() (any, error) {
	in := into[metadataJSON](c.Input)
	b, err := protocol.AppendMetadata(nil, modeOf(in.Version), in.metadata())
	return hex.EncodeToString(b), err
}

func (c *Case) writeAssignment() (any, error) {
	in := into[*assignmentJSON](c.Input)
	a := in.assignment()
	if a == nil {
		return nil, nil
	}
	b, err := protocol.AppendAssignment(nil, modeOf(in.Version), a)
	return hex.EncodeToString(b), err
}

func (c *Case) readMetadata() (any, error) {
	eager := c.text("decoder") == "v0"
	read := protocol.ReadMetadata
	if eager {
		read = protocol.ReadEagerMetadata
	}
	m, err := read(bytesOf(into[string](c.Input)))
	if err != nil {
		return nil, err
	}
	view := map[string]any{"url": m.URL, "configOffset": strconv.FormatInt(m.ConfigOffset, 10)}
	if !eager {
		view["assignment"] = allocationView(m.Allocation)
	}
	return view, nil
}

// allocationView shows no allocation as Java reads it.
func allocationView(a *protocol.Assignment) map[string]any {
	if a != nil {
		return assignmentView(a)
	}
	view := assignmentView(&protocol.Assignment{Version: 1, ConfigOffset: -1})
	view["leader"], view["leaderUrl"] = nil, nil
	return view
}

func (c *Case) readAssignment() (any, error) {
	eager := c.text("decoder") == "v0"
	read := protocol.ReadAssignment
	if eager {
		read = protocol.ReadEagerAssignment
	}
	a, err := read(bytesOf(into[string](c.Input)))
	if err != nil {
		return nil, err
	}
	view := assignmentView(a)
	if eager {
		for _, name := range []string{"version", "revokedConnectors", "revokedTasks", "delay"} {
			delete(view, name)
		}
	}
	return view, nil
}

func assignmentView(a *protocol.Assignment) map[string]any {
	return map[string]any{
		"version": a.Version, "error": a.Error, "leader": a.Leader, "leaderUrl": a.LeaderURL,
		"configOffset": strconv.FormatInt(a.ConfigOffset, 10), "delay": a.Delay,
		"connectors": list(a.Assigned.Connectors), "tasks": list(a.Assigned.Tasks),
		"revokedConnectors": list(a.Revoked.Connectors), "revokedTasks": list(a.Revoked.Tasks),
	}
}

// list returns the texts of the elements.
func list[T any](of []T) []any {
	texts := make([]any, 0, len(of))
	for _, e := range of {
		texts = append(texts, fmt.Sprint(e))
	}
	return texts
}

func (c *Case) offers() (any, error) {
	mode, err := protocol.ParseMode(c.text("connect.protocol"))
	if err != nil {
		return nil, err
	}
	offers, err := protocol.Offers(mode, into[metadataJSON](c.Input).metadata())
	view := make([]any, 0, len(offers))
	for _, o := range offers {
		view = append(view, map[string]any{"name": o.Protocol, "metadata": hex.EncodeToString(o.Metadata)})
	}
	return view, err
}
