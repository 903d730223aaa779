package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
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
	case []string:
		items := []any{}
		for _, item := range v {
			items = append(items, configValue(item, config.StringType))
		}
		return map[string]any{"type": "array", "v": items}
	}
	panic(malformed{fmt.Errorf("a %T is not a configuration value", v)})
}

// goValue is the value of a case as Go code would hold it.
func (c *Case) goValue(raw json.RawMessage) (any, error) {
	j := into[valueJSON](raw)
	switch j.Type {
	case "class":
		return nil, skip("there are no Class objects in Go")
	case "password":
		return config.Password(into[string](j.V)), nil
	case "array":
		list := []string{}
		for _, item := range into[[]valueJSON](j.V) {
			if item.Type != "string" {
				return nil, skip("lists of other things than text do not exist in Go")
			}
			list = append(list, into[string](item.V))
		}
		return list, nil
	}
	return c.value(raw, nil), nil
}

func typeOf(name string) config.Type {
	for t := config.Boolean; t <= config.PasswordType; t++ {
		if t.String() == name {
			return t
		}
	}
	panic(malformed{fmt.Errorf("unknown type %s", name)})
}

func (c *Case) parseType() (any, error) {
	t := typeOf(c.text("type"))
	v, err := c.goValue(c.Input)
	if err != nil {
		return nil, err
	}
	if c.Error != nil && c.Error.Message != nil {
		msg := *c.Error.Message
		for _, list := range []string{"ListN", "List12"} {
			msg = strings.ReplaceAll(msg, "java.util.ImmutableCollections$"+list, "java.util.List")
		}
		c.Error.Message = &msg
	}
	var parsed any
	if s, ok := v.(string); ok && t == config.Class {
		in := config.Input{Props: map[string]string{"k": s}, Classes: fullName}
		values, err := config.NewDef(config.Key{Name: "k", Type: t}).ParseInput(in)
		if err != nil {
			return nil, err
		}
		parsed = values.Get("k")
	} else if parsed, err = config.Convert("k", t, v); err != nil {
		return nil, err
	}
	shown := map[string]any{"value": configValue(parsed, t), "string": nil}
	if text, ok := config.Text(parsed, t); ok {
		shown["string"] = text
	}
	return shown, nil
}

// fullName finds classes as Java does without Connect's aliases.
func fullName(name string) (string, bool) {
	class, ok := kafkaPlugins().ClassName(name)
	return class, ok && class == name
}

func validators() map[string]config.Validator {
	return map[string]config.Validator{
		"Range.atLeast(0)":                             config.AtLeast(0),
		"Range.between(0,10)":                          config.Between(0, 10),
		"Range.between(0.5,1.0)":                       config.Between(0.5, 1),
		"ValidString.in(a,b)":                          config.OneOf("a", "b"),
		"CaseInsensitiveValidString.in(Aa,b)":          config.OneOfFold("Aa", "b"),
		"NonNullValidator":                             config.NonNull(),
		"NonEmptyString":                               config.NonEmpty(),
		"NonEmptyStringWithoutControlChars":            config.NonEmptyPrintable(),
		"ListSize.atMostOfSize(2)":                     config.AtMostItems(2),
		"ValidList.in(a,b)":                            config.ListRule{AllowEmpty: true, Valid: []string{"a", "b"}},
		"ValidList.in(true;a,b)":                       config.ListRule{AllowEmpty: true, Valid: []string{"a", "b"}},
		"ValidList.in(false;a,b)":                      config.ListRule{Valid: []string{"a", "b"}},
		"ValidList.anyNonDuplicateValues(true,true)":   config.ListRule{AllowEmpty: true, AllowNull: true},
		"ValidList.anyNonDuplicateValues(true,false)":  config.ListRule{AllowEmpty: true},
		"ValidList.anyNonDuplicateValues(false,true)":  config.ListRule{AllowNull: true},
		"ValidList.anyNonDuplicateValues(false,false)": config.ListRule{},
		"CompositeValidator(NonNull,Range0)":           config.All(config.NonNull(), config.AtLeast(0)),
		"RegexValidator":                               config.Regex(),
		"NonEmptyListValidator":                        config.NonEmptyList(),
	}
}

func (c *Case) checkValidator() (any, error) {
	v, ok := validators()[c.text("validator")]
	if !ok {
		return nil, skip("validator " + c.text("validator"))
	}
	if v.String() != c.text("toString") {
		return nil, fmt.Errorf("validator prints as %q, want %q", v, c.text("toString"))
	}
	value, err := c.goValue(c.Input)
	if err != nil {
		return nil, err
	}
	return "ok", v.Check("k", value)
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
