// Package providers holds the configuration providers that come with Kafka, under
// the same class names: they look values up in property files, in directories of
// files, and in environment variables.
//
// What they return are secrets: neither errors nor logs contain them.
//
// Floor 3. Connect: org.apache.kafka.common.config.provider.
package providers

import (
	"maps"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
)

const namespace = "org.apache.kafka.common.config.provider."

// All returns the descriptors of the providers, in order of their names.
func All() []plugin.Plugin {
	return []plugin.Plugin{
		plugin.Provider{Info: plugin.Info{Class: namespace + "DirectoryConfigProvider", Config: pathsConfig()}, New: newDirectory},
		plugin.Provider{Info: plugin.Info{Class: namespace + "EnvVarConfigProvider", Config: envVarConfig()}, New: newEnvVar},
		plugin.Provider{Info: plugin.Info{Class: namespace + "FileConfigProvider", Config: pathsConfig()}, New: newFile},
	}
}

func pathsConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: allowedPathsKey, Type: config.StringType, Importance: config.Low,
		Doc: "Absolute paths, separated by commas, under which the provider may read. Without any it may read everywhere.",
	})
}

// pick returns those of values that keys name; all without keys.
func pick(values map[string]string, keys []string) map[string]string {
	if keys == nil {
		return maps.Clone(values)
	}
	picked := map[string]string{}
	for _, k := range keys {
		if v, ok := values[k]; ok {
			picked[k] = v
		}
	}
	return picked
}
