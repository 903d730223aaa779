package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/store/state"
)

// ConfigFileError is a connector file that cannot be used.
type ConfigFileError struct {
	Path string
	Err  error
}

// Error names the file and what is wrong with it.
func (e *ConfigFileError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *ConfigFileError) Unwrap() error { return e.Err }

// maxFile bounds what is read of a configuration file.
const maxFile = 16 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(raw) > maxFile {
		err = fmt.Errorf("read %s: it is larger than %d bytes", path, maxFile)
	}
	return raw, err
}

// readConnectorFile reads a connector from a file: a flat JSON object, a JSON object
// with name and config, or Java properties. Which it is depends on the content, not
// on the file's name.
func readConnectorFile(path string) (herder.PutRequest, error) {
	raw, err := readFile(path)
	if err != nil {
		return herder.PutRequest{}, &ConfigFileError{path, err}
	}
	r, err := parseConnectorFile(path, raw)
	if err != nil {
		return r, &ConfigFileError{path, err}
	}
	r.Create = true
	return r, nil
}

func parseConnectorFile(path string, raw []byte) (herder.PutRequest, error) {
	if flat, ok := flatJSON(raw); ok {
		return named(path, flat)
	}
	if r, ok, err := nestedJSON(path, raw); ok || err != nil {
		return r, err
	}
	if err := unusableJSON(raw); err != nil {
		return herder.PutRequest{}, err
	}
	props, err := properties.Parse(raw)
	if err != nil {
		return herder.PutRequest{}, err
	}
	return named(path, props)
}

// unusableJSON says what is wrong with a file that is meant to be JSON. Java takes it
// for properties and misses the name.
func unusableJSON(raw []byte) error {
	if raw = bytes.TrimSpace(raw); !bytes.HasPrefix(raw, []byte("{")) {
		return nil
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(raw, &map[string]any{}); errors.As(err, &syntax) {
		line := 1 + bytes.Count(raw[:syntax.Offset], []byte("\n"))
		return fmt.Errorf("line %d: it is no valid JSON: %w", line, err)
	}
	return errors.New(`it is neither a JSON object of settings nor {"name": …, "config": {…}}`)
}

func named(path string, props map[string]string) (herder.PutRequest, error) {
	name, ok := props["name"]
	if !ok {
		return herder.PutRequest{}, fmt.Errorf("Connector configuration at '%s' is missing the mandatory 'name' configuration", path)
	}
	return herder.PutRequest{Name: name, Config: props}, nil
}

// flatJSON reads an object of scalars.
func flatJSON(raw []byte) (map[string]string, bool) {
	members, ok := object(raw)
	if !ok {
		return nil, false
	}
	flat := make(map[string]string, len(members))
	for key, value := range members {
		text, ok := scalar(value)
		if !ok {
			return nil, false
		}
		flat[key] = text
	}
	return flat, true
}

func object(raw []byte) (map[string]json.RawMessage, bool) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, false
	}
	return members, true
}

// scalar returns the text of a string, number or boolean.
func scalar(raw json.RawMessage) (string, bool) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null":
		return "", false
	case raw[0] != '"':
		return string(raw), true
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return text, err == nil
}

// nestedJSON reads {"name": …, "config": {…}, "initial_state": …}.
func nestedJSON(path string, raw []byte) (r herder.PutRequest, ok bool, err error) {
	members, isObject := object(raw)
	if !isObject {
		return r, false, nil
	}
	config, hasConfig := flatJSON(members["config"])
	if r.Name, ok = scalar(members["name"]); !ok || !hasConfig {
		return r, false, nil
	}
	if inner, ok := config["name"]; ok && inner != r.Name {
		return r, true, fmt.Errorf("Connector name configuration in 'config' doesn't match the one specified in 'name' at '%s'", path)
	}
	config["name"], r.Config = r.Name, config
	if text, ok := scalar(members["initial_state"]); ok {
		switch text {
		case "RUNNING":
			r.Target = state.TargetStarted
		case "PAUSED":
			r.Target = state.TargetPaused
		case "STOPPED":
			r.Target = state.TargetStopped
		default:
			return r, true, fmt.Errorf("initial_state %q is none of RUNNING, PAUSED, STOPPED", text)
		}
	}
	return r, true, nil
}
