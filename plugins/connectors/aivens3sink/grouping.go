package aivens3sink

import (
	"errors"
	"fmt"
	"slices"
)

// grouping says which records share an object.
type grouping uint8

const (
	byPartition         grouping = iota // those of a partition
	byPartitionAndKey                   // those of a key in a partition
	byKey                               // none: an object has the latest record of a key
	byKeyAndTopicOrMore                 // none: the latest record of a key in a topic or partition
)

// latest tells whether an object holds one record, the latest.
func (g grouping) latest() bool { return g >= byKey }

// rule is the variables that a grouping goes with.
type rule struct {
	grouping           grouping
	required, optional []string
}

// rules are in the order in which they are tried.
func rules() []rule {
	return []rule{
		{byPartitionAndKey, []string{varTopic, varPartition, varKey, varOffset}, []string{varTimestamp}},
		{byPartition, []string{varTopic, varPartition, varOffset}, []string{varTimestamp}},
		{byKey, []string{varKey}, nil},
		{byKeyAndTopicOrMore, []string{varKey}, []string{varTopic, varPartition}},
	}
}

// bound are the variables that have a value in names of a grouping.
func (r *rule) bound() []string { return slices.Concat(r.required, r.optional) }

const groupings = "topic,partition,start_offset,timestamp; topic,partition,key,start_offset,timestamp; key; key,topic,partition"

// nameOf reads a template for names of objects.
func nameOf(text string) (*template, grouping, error) {
	t, err := parseTemplate(text)
	if err != nil {
		return nil, 0, err
	}
	names := t.variables()
	if len(names) == 0 {
		return nil, 0, fmt.Errorf("RecordGrouper requires that the template [%s] has variables defined. Supported variables are: %s", t.text, groupings)
	}
	r, ok := ruleFor(names)
	if !ok {
		return nil, 0, errors.New("unsupported set of template variables, supported sets are: " + groupings)
	}
	if err := t.check(); err != nil {
		return nil, 0, err
	}
	return t.bind(r.bound()...), r.grouping, nil
}

// ruleFor finds the grouping for variables. As in the Java connector one optional
// variable is enough to let others in, which have no value then.
func ruleFor(names []string) (rule, bool) {
	known := []string{varTopic, varPartition, varOffset, varTimestamp, varKey}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return rule{}, false
		}
	}
	for _, r := range rules() {
		if r.matches(names) {
			return r, true
		}
	}
	return rule{}, false
}

func (r *rule) matches(names []string) bool {
	var rest []string
	for _, name := range names {
		if !slices.Contains(r.required, name) {
			rest = append(rest, name)
		}
	}
	if len(rest)+len(r.required) != len(names) {
		return false
	}
	return len(rest) == 0 || slices.ContainsFunc(rest, func(name string) bool { return slices.Contains(r.optional, name) })
}
