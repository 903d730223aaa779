package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Schema is a schema as a registry keeps it.
type Schema struct {
	ID         int32       `json:"id,omitempty"`
	GUID       string      `json:"guid,omitempty"`
	Subject    string      `json:"subject,omitempty"`
	Version    int         `json:"version,omitempty"`
	Type       string      `json:"schemaType,omitempty"` // "" for AVRO
	Text       string      `json:"schema"`
	References []Reference `json:"references,omitempty"`
}

// Reference is a schema that another one refers to by name.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// request is a schema that is sent.
type request struct {
	Type       string      `json:"schemaType,omitempty"`
	References []Reference `json:"references,omitempty"`
	Text       string      `json:"schema"`
}

func (s *Schema) request() request { return request{s.Type, s.References, s.Text} }

func subjectPath(subject string) string { return "/subjects/" + url.PathEscape(subject) }

// ByID returns the schema of an id, as a subject has it; the subject may be "".
func (c *Client) ByID(ctx context.Context, id int32, subject string) (*Schema, error) {
	path := "/schemas/ids/" + strconv.Itoa(int(id)) + "?fetchMaxId=false"
	if subject != "" {
		path += "&subject=" + url.QueryEscape(subject)
	}
	out := &Schema{}
	if err := c.call(ctx, http.MethodGet, path, nil, out); err != nil {
		return nil, err
	}
	out.ID = id
	return out, nil
}

// ByGUID returns the schema of a globally unique id.
func (c *Client) ByGUID(ctx context.Context, guid string) (*Schema, error) {
	out := &Schema{}
	err := c.call(ctx, http.MethodGet, "/schemas/guids/"+url.PathEscape(guid), nil, out)
	return out, err
}

// Register makes a schema the latest version of a subject, unless the subject has
// it already, and returns its id.
func (c *Client) Register(ctx context.Context, subject string, s *Schema, normalize bool) (int32, error) {
	out := &Schema{}
	path := subjectPath(subject) + "/versions?normalize=" + strconv.FormatBool(normalize)
	err := c.call(ctx, http.MethodPost, path, s.request(), out)
	return out.ID, err
}

// LookUp returns id and version that a schema has in a subject. Versions that were
// deleted count if asked for.
func (c *Client) LookUp(ctx context.Context, subject string, s *Schema, normalize, deleted bool) (*Schema, error) {
	out := &Schema{}
	path := subjectPath(subject) + "?normalize=" + strconv.FormatBool(normalize) + "&deleted=" + strconv.FormatBool(deleted)
	err := c.call(ctx, http.MethodPost, path, s.request(), out)
	return out, err
}

// Latest returns the latest version of a subject.
func (c *Client) Latest(ctx context.Context, subject string) (*Schema, error) {
	out := &Schema{}
	err := c.call(ctx, http.MethodGet, subjectPath(subject)+"/versions/latest", nil, out)
	return out, err
}

// Version returns a version of a subject, deleted ones too.
func (c *Client) Version(ctx context.Context, subject string, version int) (*Schema, error) {
	out := &Schema{}
	err := c.call(ctx, http.MethodGet, subjectPath(subject)+"/versions/"+strconv.Itoa(version)+"?deleted=true", nil, out)
	return out, err
}
