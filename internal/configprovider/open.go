package configprovider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
)

const key = "config.providers"

// Declaration is one provider of config.providers.
type Declaration struct {
	Name   string
	Class  string // "" when it is missing
	Params map[string]string
}

// Declared returns the providers that worker properties declare, each name once.
func Declared(props map[string]string) []Declaration {
	names, err := config.Parse(key, config.List, props[key])
	if err != nil {
		return nil
	}
	var list []Declaration
	for _, name := range names.([]string) {
		if name == "" || slices.ContainsFunc(list, func(d Declaration) bool { return d.Name == name }) {
			continue
		}
		prefix := key + "." + name + "."
		list = append(list, Declaration{
			Name: name, Class: strings.TrimSpace(props[prefix+"class"]), Params: config.WithPrefix(props, prefix+"param."),
		})
	}
	return list
}

// Open creates the providers that worker properties declare; find returns the
// plugin with a class. A provider without class is left out, as in Kafka Connect.
// The error names the provider's class key.
func Open(props map[string]string, find func(class string) (plugin.Provider, error)) (*Transformer, error) {
	t := &Transformer{map[string]provider.Provider{}}
	for _, d := range Declared(props) {
		if d.Class == "" {
			continue
		}
		p, err := create(d, find)
		if err != nil {
			_ = t.Close()
			return nil, err
		}
		t.providers[d.Name] = p
	}
	return t, nil
}

func create(d Declaration, find func(class string) (plugin.Provider, error)) (provider.Provider, error) {
	classKey := key + "." + d.Name + ".class"
	found, err := find(d.Class)
	if err != nil {
		return nil, &config.Error{
			Key: classKey, Err: err,
			Msg: config.Invalid(classKey, d.Class, "Could not load config provider class or one of its dependencies").Msg,
		}
	}
	p, err := found.New(d.Params)
	if err != nil {
		return nil, fmt.Errorf("configure config provider %s: %w", d.Name, err)
	}
	return p, nil
}
