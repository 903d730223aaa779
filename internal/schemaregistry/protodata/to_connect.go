package protodata

import (
	"fmt"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/millrace/millrace/connect/data"
)

// NoVersion says that a schema has no version in the registry.
const NoVersion = 0

// maxSchemas bounds the schemas that one message becomes, its fields included.
const maxSchemas = 100_000

// NewReader returns a reader of the values of a message. Version is that which the
// schema has in its subject, or NoVersion.
func (s *Settings) NewReader(m protoreflect.MessageDescriptor, version int) (*Reader, error) {
	c := compiler{Settings: s, done: map[protoreflect.FullName]*plan{}}
	top := &readNode{op: readStruct}
	var b *data.Builder
	if s.UnwrapPrimitives && isWrapper(m) {
		b = data.NewBuilder(unwrapped(m))
		top.op, top.inner = readWrapper, c.value(m.Fields().ByNumber(1))
	} else {
		p, err := c.plan(m)
		if err != nil {
			return nil, outward(err)
		}
		b, top.plan = data.Copy(p.schema), p
	}
	if version != NoVersion {
		b.Version(int32(version))
	}
	var err error
	if top.schema, err = b.Build(); err != nil {
		return nil, err
	}
	return &Reader{top: top}, nil
}

// compiler makes schemas of messages, and with them the plans to read values.
type compiler struct {
	*Settings
	done  map[protoreflect.FullName]*plan // nil while it is being made
	count int
}

// plan is how a message is read, whatever field it stands in.
type plan struct {
	schema   *data.Schema // without number, and required
	message  protoreflect.MessageDescriptor
	fields   []readField
	byNumber map[protoreflect.FieldNumber]int
	dense    []int16 // by number, if numbers are small: 1 + index of the field
	template []any   // what slots are before a field was read
	maps     []int   // slots of maps, of which each struct has its own
	absent   []int   // fields of messages to make if they are not there
	required []int   // fields that must be there
}

// plan makes the plan for a message that is read as a struct.
func (c *compiler) plan(m protoreflect.MessageDescriptor) (*plan, error) {
	if p, ok := c.done[m.FullName()]; ok {
		if p == nil {
			return nil, data.Errorf("The Protobuf message %s contains itself: recursive schemas are not supported", m.FullName())
		}
		return p, nil
	}
	c.done[m.FullName()] = nil
	p := &plan{message: m}
	b := data.NewStructBuilder().Name(c.nameOf(m))
	if err := c.oneofs(p, b); err != nil {
		return nil, err
	}
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() {
			continue
		}
		if err := c.field(p, b, f); err != nil {
			return nil, err
		}
	}
	var err error
	if p.schema, err = b.Build(); err != nil {
		return nil, err
	}
	p.index()
	c.done[m.FullName()] = p
	return p, nil
}

func (c *compiler) nameOf(d protoreflect.Descriptor) string {
	if c.Enhanced {
		return string(d.FullName())
	}
	return string(d.Name())
}

// oneofs adds fields for the unions, which come first.
func (c *compiler) oneofs(p *plan, b *data.Builder) error {
	all := p.message.Oneofs()
	for i := range all.Len() {
		o := all.Get(i)
		if o.IsSynthetic() {
			continue
		}
		var err error
		if c.FlattenUnions {
			err = c.flatten(p, b, o)
		} else {
			err = c.union(p, b, o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// union adds a struct with a field for each member of a union.
func (c *compiler) union(p *plan, b *data.Builder, o protoreflect.OneofDescriptor) error {
	u := data.NewStructBuilder().Optional()
	if c.GeneralSums {
		u.Name(string(o.Name())).Parameter(sumUnion, string(o.Name()))
	} else {
		u.Name(unionPrefix + c.nameOf(o))
	}
	first, slot := len(p.fields), len(p.template)
	for i := range o.Fields().Len() {
		f := o.Fields().Get(i)
		node, err := c.node(f)
		if err != nil {
			return within(string(f.Name()), err)
		}
		u.Field(string(f.Name()), node.schema)
		p.fields = append(p.fields, newReadField(f, node, slot, i))
	}
	schema, err := u.Build()
	if err != nil {
		return err
	}
	for i := first; i < len(p.fields); i++ {
		p.fields[i].union = schema
	}
	name := string(o.Name())
	if c.IndexUnions {
		name += "_" + strconv.Itoa(o.Index())
	}
	b.Field(name, schema)
	p.template = append(p.template, nil)
	return nil
}

// flatten adds the members of a union as fields of the struct.
func (c *compiler) flatten(p *plan, b *data.Builder, o protoreflect.OneofDescriptor) error {
	first := len(p.template)
	for i := range o.Fields().Len() {
		f := o.Fields().Get(i)
		node, err := c.node(f)
		if err != nil {
			return within(string(f.Name()), err)
		}
		b.Field(string(f.Name()), node.schema)
		field := newReadField(f, node, len(p.template), -1)
		field.firstSibling, field.siblings = first, o.Fields().Len()
		p.fields = append(p.fields, field)
		p.template = append(p.template, nil)
	}
	return nil
}

// field adds a field that is in no union.
func (c *compiler) field(p *plan, b *data.Builder, f protoreflect.FieldDescriptor) error {
	node, err := c.node(f)
	if err != nil {
		return within(string(f.Name()), err)
	}
	b.Field(string(f.Name()), node.schema)
	p.add(f, node, c.keepsNull(f))
	return nil
}

// add gives a field its slot, with what is in it before the field was read.
func (p *plan) add(f protoreflect.FieldDescriptor, n *readNode, null bool) {
	at, slot := len(p.fields), len(p.template)
	var unset any
	switch {
	case n.op == readMap:
		p.maps = append(p.maps, slot)
	case n.op == readList:
		unset = []any{}
	case f.Cardinality() == protoreflect.Required:
		p.required = append(p.required, at)
	case null:
	case f.Message() != nil:
		p.absent = append(p.absent, at)
	default:
		unset = n.unset(f)
	}
	p.fields = append(p.fields, newReadField(f, n, slot, -1))
	p.template = append(p.template, unset)
}

// keepsNull tells whether a field that is not there is null, not what a reader takes
// for it.
func (c *compiler) keepsNull(f protoreflect.FieldDescriptor) bool {
	if c.StructsForNulls {
		return false
	}
	if f.Message() != nil {
		return true
	}
	return f.HasOptionalKeyword() && (c.OptionalProto2 || f.ParentFile().Syntax() != protoreflect.Proto2)
}

// index makes the fields findable by number.
func (p *plan) index() {
	highest := protoreflect.FieldNumber(0)
	for i := range p.fields {
		highest = max(highest, p.fields[i].number)
	}
	if len(p.fields) < 1<<15 && int(highest) <= 64+8*len(p.fields) {
		p.dense = make([]int16, highest+1)
		for i := range p.fields {
			p.dense[p.fields[i].number] = int16(i + 1)
		}
		return
	}
	p.byNumber = make(map[protoreflect.FieldNumber]int, len(p.fields))
	for i := range p.fields {
		p.byNumber[p.fields[i].number] = i
	}
}

// find returns a field, nil when the message has none of that number.
func (p *plan) find(number protoreflect.FieldNumber) *readField {
	if p.dense == nil {
		if i, ok := p.byNumber[number]; ok {
			return &p.fields[i]
		}
		return nil
	}
	if int(number) < len(p.dense) {
		if i := p.dense[number]; i > 0 {
			return &p.fields[i-1]
		}
	}
	return nil
}

// admit bounds what one message becomes.
func (c *compiler) admit() error {
	if c.count++; c.count > maxSchemas {
		return fmt.Errorf("the message has more than %d fields in all", maxSchemas)
	}
	return nil
}
