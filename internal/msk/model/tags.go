package model

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxTags     = 200
	maxTagKey   = 128
	maxTagValue = 256
)

// TagResource is the request to add tags to a resource, or to overwrite some.
type TagResource struct {
	ARN  ARN               `json:"-"`
	Tags map[string]string `json:"tags"`
}

// UntagResource is the request to take tags away; tags that are not there are no error.
type UntagResource struct {
	ARN  ARN      `json:"-"`
	Keys []string `json:"-"`
}

// Tags are the tags of a resource.
type Tags struct {
	Tags map[string]string `json:"tags"`
}

// Validate returns a BadRequestException when the request is wrong in itself.
func (r *TagResource) Validate() error {
	var p problems
	checkTags(&p, r.Tags)
	return p.err()
}

// Validate returns a BadRequestException when the request is wrong in itself.
func (r *UntagResource) Validate() error {
	var p problems
	if len(r.Keys) > maxTags {
		p.add("tagKeys must have at most %d elements", maxTags)
	}
	for _, key := range r.Keys {
		checkTagKey(&p, "tagKeys", key)
	}
	return p.err()
}

// CheckTagCount returns a BadRequestException when a resource cannot have so many
// tags.
func CheckTagCount(tags map[string]string) error {
	if len(tags) > maxTags {
		return BadRequest("a resource can have at most %d tags", maxTags)
	}
	return nil
}

func checkTags(p *problems, tags map[string]string) {
	if len(tags) > maxTags {
		p.add("tags must have at most %d elements", maxTags)
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		checkTagKey(p, "tags", key)
		// CloudFormation sets tags of its own.
		if strings.HasPrefix(key, "aws:") && !strings.HasPrefix(key, "aws:cloudformation:") {
			p.add("tags: keys must not begin with aws:")
		}
		if utf8.RuneCountInString(tags[key]) > maxTagValue {
			p.add("tags: values must have at most %d characters", maxTagValue)
		}
	}
}

func checkTagKey(p *problems, member, key string) {
	if n := utf8.RuneCountInString(key); n == 0 || n > maxTagKey {
		p.add("%s: keys must have 1 to %d characters", member, maxTagKey)
	}
}
