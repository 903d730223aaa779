package transforms

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/java/text"
)

const (
	insertTopic        = "topic.field"
	insertPartition    = "partition.field"
	insertOffset       = "offset.field"
	insertTimestamp    = "timestamp.field"
	insertStatic       = "static.field"
	insertStaticValue  = "static.value"
	insertFieldPurpose = "field insertion"
)

func insertFieldConfig() *config.Def {
	key := func(name, doc string) config.Key {
		return config.Key{Name: name, Type: config.StringType, Importance: config.Medium, Doc: doc}
	}
	const suffix = " A name that ends in ! makes a required field, one that ends in ? or neither an optional one."
	return config.NewDef(
		key(insertTopic, "Name of the field for the record's topic."+suffix),
		key(insertPartition, "Name of the field for the record's partition."+suffix),
		key(insertOffset, "Name of the field for the record's offset; for sink connectors only."+suffix),
		key(insertTimestamp, "Name of the field for the record's timestamp."+suffix),
		key(insertStatic, "Name of the field for the static value."+suffix),
		key(insertStaticValue, "The static value."),
		replaceNullOption(),
	)
}

// insertField adds facts about the record, or a constant, as fields.
type insertField struct {
	side       side
	insertions []insertion
	nulls      nullRule
	plans      plans[*layout]
	patch      *data.Patch // of schemaless values
	facts      []any       // what this record gets
}

// insertion is one field to add. It returns null for a fact that the record does
// not have.
type insertion struct {
	name   string
	schema *data.Schema
	value  func(r *connect.Record, hasSchema bool) (any, error)
}

func newInsertField(v *config.Values, s side) (transform.Transformation, error) {
	t := &insertField{side: s, nulls: nullRuleOf(v)}
	t.plans = newPlans(t.compile)
	last := &lastValues{topic: "", static: v.Get(insertStaticValue)}
	t.add(v, insertTopic, data.NewBuilder(data.String), last.topicOf)
	t.add(v, insertPartition, data.NewBuilder(data.Int32), last.partitionOf)
	t.add(v, insertOffset, data.NewBuilder(data.Int64), offsetOf)
	t.add(v, insertTimestamp, data.NewTimestampSchema(), last.timestampOf)
	t.add(v, insertStatic, data.NewBuilder(data.String), last.staticOf)
	if len(t.insertions) == 0 {
		return nil, config.Errorf("", "No field insertion configured")
	}
	if v.IsSet(insertStatic) && !v.IsSet(insertStaticValue) {
		// As InsertField: the text has Java's name for an object in place of the field's.
		return nil, config.Invalid(insertStaticValue, nil, fmt.Sprintf("No value specified for static field: %sInsertField$InsertionSpec@%x",
			namespace, uint32(text.HashCode(v.String(insertStatic)))))
	}
	names := make([]string, len(t.insertions))
	for i := range names {
		names[i] = t.insertions[i].name
	}
	t.patch = data.NewPatch(names...)
	return rewriter{t}, nil
}

// add reads a field's name with its suffix.
func (t *insertField) add(v *config.Values, key string, b *data.Builder, value func(*connect.Record, bool) (any, error)) {
	if !v.IsSet(key) {
		return
	}
	name, required := strings.CutSuffix(v.String(key), "!")
	if !required {
		name = strings.TrimSuffix(name, "?")
	}
	t.insertions = append(t.insertions, insertion{name, b.SetOptional(!required).MustBuild(), value})
}

func (t *insertField) compile(s *data.Schema) (*layout, error) {
	l := &layout{slots: t.nulls.carryAll(s.Fields())}
	b := data.CopyBasics(s, data.StructType)
	for _, f := range s.Fields() {
		b.Field(f.Name, f.Schema)
	}
	for _, i := range t.insertions {
		b.Field(i.name, i.schema)
	}
	var err error
	l.target, err = b.Build()
	return l, err
}

func (t *insertField) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if value == nil {
		return true, nil
	}
	if schema == nil {
		return true, t.applySchemaless(r, value, own)
	}
	source, err := requireStruct(value, insertFieldPurpose)
	if err != nil {
		return true, err
	}
	plan, err := t.plans.of(source.Schema())
	if err != nil {
		return true, err
	}
	_, missing := t.collect(r, true)
	target, err := plan.of(source, own && missing == nil)
	if err == nil {
		err = missing
	}
	if err != nil {
		return true, err
	}
	copy(target.Slots()[len(plan.slots):], t.facts)
	t.side.set(r, plan.target, target)
	return true, nil
}

// collect sets t.facts, and tells whether the record has all of them.
func (t *insertField) collect(r *connect.Record, hasSchema bool) (all bool, err error) {
	t.facts, all = t.facts[:0], true
	for i := range t.insertions {
		v, err := t.insertions[i].value(r, hasSchema)
		if err != nil {
			return false, err
		}
		t.facts, all = append(t.facts, v), all && v != nil
	}
	return all, nil
}

func (t *insertField) applySchemaless(r *connect.Record, value any, own bool) error {
	m, err := requireMap(value, insertFieldPurpose)
	if err != nil {
		return err
	}
	all, err := t.collect(r, false)
	if err != nil {
		return err
	}
	if all {
		t.side.set(r, nil, patched(t.patch, m, t.facts, own))
		return nil
	}
	m = m.CopyHash()
	for i, v := range t.facts {
		if v != nil {
			m.Put(t.insertions[i].name, v)
		}
	}
	t.side.set(r, nil, m)
	return nil
}

// lastValues keeps what the last record's facts look like as values, because
// records come in runs of the same topic, partition and often timestamp.
type lastValues struct {
	topic, partition, static any
	timestamp, instant       any
}

func (l *lastValues) topicOf(r *connect.Record, _ bool) (any, error) {
	if l.topic != r.Topic {
		l.topic = r.Topic
	}
	return l.topic, nil
}

func (l *lastValues) partitionOf(r *connect.Record, _ bool) (any, error) {
	if r.Partition == connect.NoPartition {
		return nil, nil
	}
	if l.partition != r.Partition {
		l.partition = r.Partition
	}
	return l.partition, nil
}

func (l *lastValues) staticOf(*connect.Record, bool) (any, error) { return l.static, nil }

func offsetOf(r *connect.Record, _ bool) (any, error) {
	consumed, err := requireConsumed(r, insertFieldPurpose)
	if err != nil {
		return nil, err
	}
	return consumed.Offset, nil
}

func (l *lastValues) timestampOf(r *connect.Record, hasSchema bool) (any, error) {
	switch instant := data.Instant(r.Timestamp); {
	case r.Timestamp == connect.NoTimestamp:
		return nil, nil
	case !hasSchema:
		if l.timestamp != r.Timestamp {
			l.timestamp = r.Timestamp
		}
		return l.timestamp, nil
	case l.instant != instant:
		l.instant = instant
	}
	return l.instant, nil
}
