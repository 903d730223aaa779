// Package awsproviders holds the configuration providers that look values up in AWS:
// in Secrets Manager, in the Parameter Store of Systems Manager, and, for whole files,
// in S3. They have the class names and parameters of the providers that users of Amazon
// MSK Connect know.
//
// What they return are secrets: neither errors nor logs contain them. The AWS SDK's own
// errors are not passed on, since they may hold the text of an answer.
//
// Floor 3. Connect: com.amazonaws.kafka.config.providers,
// com.github.jcustenborder.kafka.config.aws.
package awsproviders

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
)

const (
	amazon    = "com.amazonaws.kafka.config.providers."
	community = "com.github.jcustenborder.kafka.config.aws."
)

// All returns the descriptors of the providers.
func All() []plugin.Plugin {
	return []plugin.Plugin{
		plugin.Provider{Info: plugin.Info{Class: amazon + "S3ImportConfigProvider", Config: importConfig()}, New: newImport},
		plugin.Provider{Info: plugin.Info{Class: amazon + "SecretsManagerConfigProvider", Config: secretsConfig()}, New: newSecrets},
		plugin.Provider{Info: plugin.Info{Class: amazon + "SsmParamStoreConfigProvider", Config: parametersConfig()}, New: newParameters},
		plugin.Provider{Info: plugin.Info{Class: community + "SecretsManagerConfigProvider", Config: communityConfig()}, New: newCommunity},
	}
}

// maxKeys bounds what is asked for at once.
const maxKeys = 1000

// asked returns keys in order, so that what is logged and asked for has one. It fails
// when there are too many.
func asked(keys []string) ([]string, error) {
	if len(keys) > maxKeys {
		return nil, config.Errorf("", "A configuration provider was asked for %d keys at once; %d are the most", len(keys), maxKeys)
	}
	keys = slices.Sorted(slices.Values(keys))
	return slices.Compact(keys), nil
}
