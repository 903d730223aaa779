package conformance

import (
	"maps"
	"slices"
	"strings"
)

// views returns the views, each with whether it has an argument.
func views() map[string]bool {
	return map[string]bool{
		"": false, "plugins": false, "validate": false, "validate_errors": false, "keydefs": false, "keys": false,
		"pick": true, "elem": true,
	}
}

// reduce brings a received body into the form in which large bodies were recorded.
// asked is the body of the request.
func (m *matchRules) reduce(body any, asked map[string]any) any {
	view, argument, _ := strings.Cut(m.View, ":")
	object, _ := body.(map[string]any)
	list, isList := body.([]any)
	switch {
	case view == "plugins" && isList:
		return slices.DeleteFunc(list, func(p any) bool { return strings.Contains(textAt(p, "class"), ".connect.tools.") })
	case view == "keydefs" && isList:
		return keyDefinitions(list)
	case view == "keys" && object != nil:
		keys := []any{}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			keys = append(keys, key)
		}
		return keys
	case view == "elem" && isList:
		return slices.Contains(list, any(argument))
	case view == "pick" && object != nil:
		picked := map[string]any{}
		for _, key := range strings.Split(argument, ",") {
			picked[key] = "<absent>"
			if v, ok := object[key]; ok {
				picked[key] = v
			}
		}
		return picked
	case strings.HasPrefix(view, "validate") && object["configs"] != nil:
		return configInfos(object, view == "validate", asked)
	}
	return body
}

func textAt(v any, key string) string {
	o, _ := v.(map[string]any)
	text, _ := o[key].(string)
	return text
}

func keyDefinitions(list []any) any {
	order, keys := []any{}, map[string]any{}
	for _, k := range list {
		order = append(order, textAt(k, "name"))
		keys[textAt(k, "name")] = k
	}
	return map[string]any{"order": order, "keys": keys}
}

// configInfos is a validation by key: all of it with the order of the keys, or only
// what was asked for or is wrong.
func configInfos(body map[string]any, whole bool, asked map[string]any) any {
	order, configs := []any{}, map[string]any{}
	list, _ := body["configs"].([]any)
	for _, c := range list {
		info, _ := c.(map[string]any)
		definition, value := info["definition"], info["value"]
		name := textAt(value, "name")
		if value == nil {
			name = textAt(definition, "name")
		}
		if slices.Contains(order, any(name)) {
			name += "#2"
		}
		order = append(order, name)
		_, given := asked[name]
		switch {
		case whole:
			configs[name] = c
		case value == nil || definition == nil || given || len(errorsOf(value)) > 0:
			configs[name] = map[string]any{"defined": definition != nil, "value": shortValue(value)}
		}
	}
	reduced := map[string]any{"name": body["name"], "error_count": body["error_count"], "groups": body["groups"], "configs": configs}
	if whole {
		reduced["order"] = order
	}
	return reduced
}

func errorsOf(value any) []any {
	o, _ := value.(map[string]any)
	list, _ := o["errors"].([]any)
	return list
}

func shortValue(value any) any {
	o, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	return map[string]any{"value": o["value"], "errors": o["errors"], "visible": o["visible"]}
}
