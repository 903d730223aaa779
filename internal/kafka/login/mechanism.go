package login

import (
	"strings"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/millrace/millrace/connect/config"
)

// Mechanism reads the sasl.* properties; others are ignored. The mechanism may be
// shared by clients. Tokens and AWS credentials are fetched when a connection first
// needs them, not here. The error is a *config.Error that names the key at fault
// and never shows a secret.
func Mechanism(props map[string]string) (sasl.Mechanism, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return nil, err
	}
	name := v.String(keyMechanism)
	if name == "GSSAPI" {
		return nil, config.Invalid(keyMechanism, name, "Kerberos is not supported")
	}
	open, known := map[string]func(*config.Values, jaasModule) (sasl.Mechanism, error){
		"PLAIN":         plainMechanism,
		"SCRAM-SHA-256": scramMechanism,
		"SCRAM-SHA-512": scramMechanism,
		"OAUTHBEARER":   oauthMechanism,
		"AWS_MSK_IAM":   mskIAMMechanism,
	}[name]
	if !known {
		return nil, config.Invalid(keyMechanism, name, "the supported mechanisms are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER and AWS_MSK_IAM")
	}
	module, err := loginModule(v)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(v, name); err != nil {
		return nil, err
	}
	return open(v, module)
}

func loginModule(v *config.Values) (jaasModule, error) {
	if !v.IsSet(keyJaas) {
		return jaasModule{}, config.Errorf(keyJaas, "Could not find a 'KafkaClient' entry in the JAAS configuration. The property %s is not set", keyJaas)
	}
	return parseJaas(v.Password(keyJaas).Reveal())
}

// checkClasses refuses handler classes whose work nothing here does.
func checkClasses(v *config.Values, mechanism string) error {
	known := map[string][]string{
		keyClientCallback: {"SaslClientCallbackHandler", "OAuthBearerSaslClientCallbackHandler", "IAMClientCallbackHandler"},
		keyLoginCallback:  {"AbstractLogin$DefaultLoginCallbackHandler", "IAMClientCallbackHandler"},
		keyLoginClass:     {"DefaultLogin"},
	}
	if mechanism == "OAUTHBEARER" {
		known[keyLoginClass] = append(known[keyLoginClass], "OAuthBearerRefreshingLogin")
		known[keyLoginCallback] = []string{"OAuthBearerLoginCallbackHandler", "OAuthBearerUnsecuredLoginCallbackHandler"}
	}
	for _, key := range []string{keyClientCallback, keyLoginCallback, keyLoginClass} {
		class := v.String(key)
		if class != "" && !hasSimpleName(class, known[key]...) {
			return config.Invalid(key, class, "this class is not supported")
		}
	}
	return nil
}

// hasSimpleName compares a class name without its package: packages moved between
// releases, and vendors ship Kafka's classes under names of their own.
func hasSimpleName(class string, names ...string) bool {
	simple := class[strings.LastIndexByte(class, '.')+1:]
	for _, name := range names {
		if simple == name {
			return true
		}
	}
	return false
}

func requireModule(m jaasModule, name string) error {
	if !hasSimpleName(m.class, name) {
		return config.Errorf(keyJaas, "The login module %s does not fit the SASL mechanism, which needs %s", m.class, name)
	}
	return nil
}

// userAndPassword returns the credentials of the PLAIN and SCRAM login modules.
func (m jaasModule) userAndPassword() (user, password string, err error) {
	user, hasUser := m.options["username"]
	password, hasPassword := m.options["password"]
	if !hasUser || !hasPassword {
		return "", "", config.Errorf(keyJaas, "The JAAS config needs the options username and password")
	}
	return user, password, nil
}

func plainMechanism(_ *config.Values, m jaasModule) (sasl.Mechanism, error) {
	if err := requireModule(m, "PlainLoginModule"); err != nil {
		return nil, err
	}
	user, password, err := m.userAndPassword()
	if err != nil {
		return nil, err
	}
	return plain.Auth{User: user, Pass: password}.AsMechanism(), nil
}

func scramMechanism(v *config.Values, m jaasModule) (sasl.Mechanism, error) {
	if err := requireModule(m, "ScramLoginModule"); err != nil {
		return nil, err
	}
	user, password, err := m.userAndPassword()
	if err != nil {
		return nil, err
	}
	auth := scram.Auth{User: user, Pass: password, IsToken: strings.EqualFold(m.options["tokenauth"], "true")}
	if v.String(keyMechanism) == "SCRAM-SHA-256" {
		return auth.AsSha256Mechanism(), nil
	}
	return auth.AsSha512Mechanism(), nil
}
