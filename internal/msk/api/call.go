package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/millrace/millrace/internal/msk/model"
)

// call is a request for an operation.
type call struct {
	context.Context
	service Service
	request *http.Request
	arn     model.ARN // zero when the path has none
	query   url.Values
	body    []byte
}

// resolve reads the ARN of the path and the query.
func (c *call) resolve(op operation, text string) error {
	var err error
	if c.query, err = url.ParseQuery(c.request.URL.RawQuery); err != nil {
		return model.BadRequest("the query of the request cannot be read")
	}
	if op.kind == "" {
		return nil
	}
	c.arn, err = model.ParseARN(text)
	var problem *model.ARNError
	switch {
	case errors.As(err, &problem) && (problem.Foreign || op.kind == anyKind):
		return model.NotFound(text)
	case err != nil:
		return model.BadRequest("%v", err)
	case op.kind != anyKind && c.arn.Kind != op.kind:
		return model.NotFound(text)
	}
	return nil
}

// invocation returns what the call and its retries have in common, and no other call: the
// client's id of the call and the body. It is empty when the client gives no id.
func (c *call) invocation() string {
	const longest = 128
	id := c.request.Header.Get("Amz-Sdk-Invocation-Id")
	if id == "" || len(id) > longest {
		return ""
	}
	return fmt.Sprintf("%s/%x", id, sha256.Sum256(c.body))
}

// list answers with a page of what from returns, as the named member. prefix is the
// name of the parameter with which names must begin; empty when there is none.
func list[T any](c *call, member, prefix string, from func(context.Context, model.List) (model.Page[T], error)) (any, error) {
	l := model.List{Connector: c.arn, Max: model.MaxPage, Token: c.query.Get("nextToken")}
	if prefix != "" {
		l.Prefix = c.query.Get(prefix)
	}
	if c.query.Has("maxResults") {
		var err error
		if l.Max, err = strconv.Atoi(c.query.Get("maxResults")); err != nil {
			return nil, model.BadRequest("maxResults must be a number")
		}
	}
	if err := l.Validate(); err != nil {
		return nil, err
	}
	p, err := from(c, l)
	page := map[string]any{member: p.Items}
	if p.NextToken != "" {
		page["nextToken"] = p.NextToken
	}
	return page, err
}

// flag reads a boolean parameter; not all clients spell it in the same way.
func (c *call) flag(name string) (bool, error) {
	if !c.query.Has(name) {
		return false, nil
	}
	switch c.query.Get(name) {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, model.BadRequest("%s must be true or false", name)
}

// validated is a request that can be wrong in itself.
type validated interface{ Validate() error }

// read decodes the body into a request and checks it.
func read[T validated](c *call, request T, decode func(object, T)) error {
	var problems problems
	o, err := parse(c.body, &problems)
	if err != nil {
		return err
	}
	decode(o, request)
	if err := problems.err(); err != nil {
		return err
	}
	return request.Validate()
}
