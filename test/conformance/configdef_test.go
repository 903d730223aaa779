package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	javaproperties "github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/java/text"
)

func TestConfigDef(t *testing.T) {
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(before)
	run(t, "configdef", func(c *Case) (any, error) {
		switch c.Op {
		case "parseType":
			return c.parseType()
		case "validator":
			return c.checkValidator()
		case "ConfigDef.validate":
			return c.validateSynthetic(), nil
		case "ConfigDef.parse":
			return c.parseSynthetic()
		case "AbstractConfig":
			return c.readSynthetic()
		case "Properties.load":
			return c.loadProperties()
		case "configTransformer":
			return c.transformConfig()
		case "configProvider":
			return c.provide(t)
		case "workerConfig":
			return c.workerConfig()
		case "workerConfigValidate":
			return c.validateWorker()
		case "topicCreation":
			return c.topicCreation()
		case "validateConnectorConfig":
			return c.validateConnector()
		case "connectorPluginConfig":
			return c.pluginKeys()
		case "definitions":
			return c.definitions()
		}
		return nil, unknownOp(c)
	})
}

func (c *Case) loadProperties() (any, error) {
	props, err := javaproperties.Parse(c.rawBytes(c.Input))
	if _, bad := errors.AsType[javaproperties.EscapeError](err); bad {
		return nil, javaObjectError{"java.lang.IllegalArgumentException", err.Error()}
	}
	return textMap(props), err
}

func textMap(props map[string]string) map[string]any {
	m := map[string]any{}
	for k, v := range props {
		m[k] = v
	}
	return m
}

// configInput decodes properties that can be null.
func configInput(raw json.RawMessage) config.Input {
	in := config.Input{Props: map[string]string{}, Nulls: map[string]bool{}, Classes: kafkaPlugins().ClassName}
	for k, v := range into[map[string]*string](raw) {
		if v == nil {
			in.Nulls[k] = true
		} else {
			in.Props[k] = *v
		}
	}
	return in
}

// javaNaN is the NaN that Java makes; any is equal to any.
const javaNaN = 0x7ff8000000000000

// configValue is a configuration value in the form of the cases.
func configValue(v any, t config.Type) any {
	switch v := v.(type) {
	case nil:
		return map[string]any{"type": "null"}
	case string:
		if t == config.Class {
			return map[string]any{"type": "class", "v": v}
		}
		return map[string]any{"type": "string", "v": v}
	case config.Password:
		return map[string]any{"type": "password", "v": v.Reveal()}
	case bool:
		return map[string]any{"type": "boolean", "v": v}
	case int8:
		return map[string]any{"type": "int8", "v": strconv.Itoa(int(v))}
	case int16:
		return map[string]any{"type": "int16", "v": strconv.Itoa(int(v))}
	case int32:
		return map[string]any{"type": "int32", "v": strconv.Itoa(int(v))}
	case int64:
		return map[string]any{"type": "int64", "v": strconv.FormatInt(v, 10)}
	case float64:
		bits := math.Float64bits(v)
		if v != v {
			bits = javaNaN
		}
		return map[string]any{"type": "float64", "v": text.Double(v), "bits": fmt.Sprintf("%016x", bits)}
	case float32:
		return map[string]any{"type": "float32", "v": text.Float(v), "bits": fmt.Sprintf("%08x", math.Float32bits(v))}
	case javaObject:
		return map[string]any{"type": "class", "v": strings.TrimPrefix(v.text, "class ")}
	case []string:
		return configList(v)
	case []any:
		return configList(v)
	}
	panic(malformed{fmt.Errorf("a %T is not a configuration value", v)})
}

func configList[T any](list []T) any {
	items := []any{}
	for _, item := range list {
		items = append(items, configValue(item, config.StringType))
	}
	return map[string]any{"type": "array", "v": items}
}

// goValue is the value of a case as Go code would hold it, for a key of type t. A class
// is its name where a class is asked for, and elsewhere an object like any other.
func (c *Case) goValue(raw json.RawMessage, t config.Type) any {
	j := into[valueJSON](raw)
	switch j.Type {
	case "class":
		if name := into[string](j.V); t == config.Class {
			return name
		}
		return javaObject{"java.lang.Class", "class " + into[string](j.V)}
	case "password":
		return config.Password(into[string](j.V))
	case "array":
		return c.goList(into[[]json.RawMessage](j.V))
	}
	return c.value(raw, nil)
}

// goList is a []string if all items are text.
func (c *Case) goList(raw []json.RawMessage) any {
	list, words := []any{}, []string{}
	for _, item := range raw {
		v := c.goValue(item, config.StringType)
		list = append(list, v)
		if s, ok := v.(string); ok {
			words = append(words, s)
		}
	}
	if len(words) < len(list) {
		return list
	}
	return words
}

func typeOf(name string) config.Type {
	for t := config.Boolean; t <= config.PasswordType; t++ {
		if t.String() == name {
			return t
		}
	}
	panic(malformed{fmt.Errorf("unknown type %s", name)})
}

// listClass is any of the JVM's classes of lists.
var listClass = regexp.MustCompile(`java\.util\.[\w$]*List\w*`)

func (c *Case) parseType() (any, error) {
	if c.Error != nil && c.Error.Message != nil {
		msg := listClass.ReplaceAllLiteralString(*c.Error.Message, "java.util.List")
		c.Error.Message = &msg
	}
	t := typeOf(c.text("type"))
	parsed, err := c.parsed(t)
	if err != nil {
		return nil, err
	}
	shown := map[string]any{"value": configValue(parsed, t), "string": nil}
	if text, ok := config.Text(parsed, t); ok {
		shown["string"] = text
	}
	return shown, nil
}

// parsed is the value of a key k that is given the input.
func (c *Case) parsed(t config.Type) (any, error) {
	v := c.goValue(c.Input, t)
	name, ok := v.(string)
	if t != config.Class || !ok || into[valueJSON](c.Input).Type == "class" {
		return config.Convert("k", t, v)
	}
	in := config.Input{Props: map[string]string{"k": name}, Classes: fullName}
	values, err := config.NewDef(config.Key{Name: "k", Type: t}).ParseInput(in)
	if err != nil {
		return nil, err
	}
	return values.Get("k"), nil
}

// fullName finds classes as Java does without Connect's aliases.
func fullName(name string) (string, bool) {
	class, ok := kafkaPlugins().ClassName(name)
	return class, ok && class == name
}

// synthetic is the definition that the cases describe in words.
func synthetic() *config.Def {
	return config.NewDef(
		config.Key{Name: "req", Type: config.StringType, Required: true},
		config.Key{Name: "int", Type: config.Int, Default: 5, Validator: config.AtLeast(1)},
		config.Key{Name: "list", Type: config.List, Default: "x", Validator: config.ListRule{AllowEmpty: true}},
		config.Key{Name: "bool", Type: config.Boolean, Default: false},
		config.Key{Name: "pwd", Type: config.PasswordType},
		config.Key{Name: "str", Type: config.StringType, Default: "dflt", Validator: config.OneOf("dflt", "other")},
	)
}

// validateSynthetic returns the values in the order of the case, which is that of a
// Java hash map.
func (c *Case) validateSynthetic() any {
	r := synthetic().ValidateInput(configInput(c.Input))
	list := []any{}
	for _, want := range into[[]struct{ Name string }](c.Output) {
		if v := r.Value(want.Name); v != nil {
			list = append(list, map[string]any{
				"name": v.Name, "value": configValue(v.Value, config.StringType), "errors": texts(v.Errors), "visible": v.Visible,
			})
		}
	}
	if len(list) != len(r.Values) {
		return fmt.Sprintf("%d values", len(r.Values))
	}
	return list
}

func texts(list []string) []any {
	all := []any{}
	for _, s := range list {
		all = append(all, s)
	}
	return all
}

// parseSynthetic is ConfigDef.parse, which does not drop what is repeated: it is
// validation up to the first error.
func (c *Case) parseSynthetic() (any, error) {
	r := synthetic().ValidateInput(configInput(c.Input))
	values := map[string]any{}
	for _, v := range r.Values {
		if len(v.Errors) > 0 {
			return nil, config.Errorf(v.Name, "%s", v.Errors[0])
		}
		values[v.Name] = configValue(v.Value, config.StringType)
	}
	return values, nil
}

func (c *Case) readSynthetic() (any, error) {
	v, err := synthetic().ParseInput(configInput(c.Input))
	if err != nil {
		return nil, err
	}
	return shownValues(synthetic(), v), nil
}

func shownValues(def *config.Def, v *config.Values) map[string]any {
	values := map[string]any{}
	for _, k := range def.Keys() {
		values[k.Name] = configValue(v.Get(k.Name), k.Type)
	}
	return values
}

// changed leaves out what is as in base.
func changed(values, base map[string]any) map[string]any {
	rest := maps.Clone(values)
	for k, v := range base {
		if fmt.Sprint(rest[k]) == fmt.Sprint(v) {
			delete(rest, k)
		}
	}
	return rest
}
