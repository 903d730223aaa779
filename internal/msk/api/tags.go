package api

import "github.com/millrace/millrace/internal/msk/model"

func tagResource(c *call) (any, error) {
	r := model.TagResource{ARN: c.arn}
	if err := read(c, &r, decodeTagResource); err != nil {
		return nil, err
	}
	return nil, c.service.TagResource(c, r)
}

func decodeTagResource(o object, r *model.TagResource) {
	o.require("tags")
	r.Tags = o.textMap("tags")
}

func untagResource(c *call) (any, error) {
	r := model.UntagResource{ARN: c.arn, Keys: c.query["tagKeys"]}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return nil, c.service.UntagResource(c, r)
}

func listTagsForResource(c *call) (any, error) { return c.service.ListTagsForResource(c, c.arn) }
