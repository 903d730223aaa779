package jsonconverter

import (
	"bytes"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

const (
	schemaName  = `"schema"`
	payloadName = `"payload"`

	// maxKept bounds the length of a schema that is remembered, maxAll that of all.
	maxKept = 1 << 20
	maxAll  = 1 << 26
)

func noEnvelope() error {
	return data.Errorf(`JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ` +
		`If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.`)
}

func (c *Converter) readEnvelope(src []byte) (*data.Schema, any, error) {
	if p, v, ok := c.readQuick(src); ok {
		return p.schemaOr(nil), v, nil
	}
	kind, at, err := jsontext.Check(src)
	if err != nil {
		return nil, nil, notJSON(err)
	}
	if kind != jsontext.Object {
		return nil, nil, noEnvelope()
	}
	schema, payload := -1, -1
	list := jsonvalue.Members(src, at)
	for _, m := range list {
		switch m.Name {
		case "schema":
			schema = m.At
		case "payload":
			payload = m.At
		}
	}
	if len(list) != 2 || schema < 0 || payload < 0 {
		return nil, nil, noEnvelope()
	}
	return c.readExact(src, schema, payload)
}

// readExact converts the payload of an envelope that is known to be JSON.
func (c *Converter) readExact(src []byte, schema, payload int) (*data.Schema, any, error) {
	end, _ := jsontext.Skip(src, schema, 1)
	p, err := c.planOf(src[schema:end])
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		v, _, err := c.reader.ReadAt(src, payload, 1)
		return nil, v, err
	}
	d := decoder{src: src, structs: &c.structs, exact: true}
	v, _, err := d.value(p, payload, 1)
	return p.schemaOr(err), v, err
}

// readQuick reads an envelope that has schema and payload in this order and no
// fault of any kind; ok is false for all others.
func (c *Converter) readQuick(src []byte) (p *plan, v any, ok bool) {
	i, ok := enter(src, jsontext.First(src), schemaName)
	if !ok {
		return nil, nil, false
	}
	p, end := c.recall(src, i)
	if p == nil {
		var err error
		if end, err = jsontext.Skip(src, i, 1); err != nil {
			return nil, nil, false
		}
		if p, err = c.planOf(src[i:end]); err != nil {
			return nil, nil, false
		}
	}
	if i, ok = enter(src, jsontext.Space(src, end), payloadName); !ok {
		return nil, nil, false
	}
	var err error
	if p == nil {
		v, end, err = c.reader.ReadAt(src, i, 1)
	} else {
		d := decoder{src: src, structs: &c.structs}
		v, end, err = d.value(p, i, 1)
	}
	if err != nil {
		return nil, nil, false
	}
	_, more, err := jsontext.Next(src, end, '}')
	return p, v, err == nil && !more
}

// recall looks whether the schema at i is one of the latest, and where it ends.
func (c *Converter) recall(src []byte, i int) (p *plan, end int) {
	for k := range c.latest {
		text := c.latest[k].text
		if text != "" && len(src)-i > len(text) && string(src[i:i+len(text)]) == text {
			return c.latest[k].plan, i + len(text)
		}
	}
	return nil, i
}

// enter goes from the brace or comma at i to the value of the member that must
// follow.
func enter(src []byte, i int, name string) (at int, ok bool) {
	if i >= len(src) || src[i] != '{' && src[i] != ',' {
		return i, false
	}
	i = jsontext.Space(src, i+1)
	if len(src)-i < len(name) || string(src[i:i+len(name)]) != name {
		return i, false
	}
	i, err := jsontext.Colon(src, i+len(name))
	return i, err == nil
}

// planOf returns the plan of a schema's text, nil for null.
func (c *Converter) planOf(text []byte) (*plan, error) {
	if string(text) == "null" {
		return nil, nil
	}
	p, ok := c.read.get(string(text))
	if !ok {
		var err error
		text = bytes.Clone(text)
		if p, err = readPlan(jsontext.Parse(text, 0), text, c.set); err != nil {
			return nil, err
		}
		if len(text) > maxKept {
			return p, nil
		}
		if c.kept += len(text); c.kept > maxAll {
			c.read, c.kept = newCache[string, *plan](c.set.cache), len(text)
		}
		c.read.put(string(text), p)
	}
	c.latest[c.at%recent] = textPlan{string(text), p}
	c.at++
	return p, nil
}

// readBare reads a document that is a payload of the configured schema.
func (c *Converter) readBare(src []byte) (any, error) {
	at := jsontext.First(src)
	kind := jsontext.KindAt(src, at)
	if at < len(src) {
		d := decoder{src: src, structs: &c.structs}
		v, end, err := d.value(c.content, at, 0)
		if err == nil && jsontext.CheckRoot(src, end, kind) == nil {
			return v, nil
		}
	}
	if _, _, err := jsontext.Check(src); err != nil {
		return nil, notJSON(err)
	}
	d := decoder{src: src, structs: &c.structs, exact: true}
	v, _, err := d.value(c.content, at, 0)
	return v, err
}
