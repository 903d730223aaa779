package kafkabroker

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"
)

const (
	scramLogin = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
	plainLogin = "org.apache.kafka.common.security.plain.PlainLoginModule required"

	mechanismPlain  = "PLAIN"
	mechanismSHA256 = "SCRAM-SHA-256"
	mechanismSHA512 = "SCRAM-SHA-512"

	scramIterations = 4096 // the fewest that brokers accept
	scramSaltBytes  = 16
)

func mechanisms() []string { return []string{mechanismPlain, mechanismSHA256, mechanismSHA512} }

func saslLogins(users []User) map[string]string {
	plain := plainLogin
	for _, u := range users {
		plain += fmt.Sprintf(` user_%s=%s`, u.Name, jaasQuote(u.Password))
	}
	props := map[string]string{"sasl.enabled.mechanisms": strings.Join(mechanisms(), ",")}
	for _, l := range []Listener{SASLPlaintext, SASLTLS} {
		for _, m := range mechanisms() {
			login := scramLogin
			if m == mechanismPlain {
				login = plain + ";"
			}
			key := fmt.Sprintf("listener.name.%s.%s.sasl.jaas.config", l, m)
			props[strings.ToLower(key)] = login
		}
	}
	return props
}

func jaasQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// scramRecords gives the arguments that make the storage tool write the users'
// SCRAM credentials into a new data directory.
func scramRecords(users []User) ([]string, error) {
	var args []string
	for _, u := range users {
		for _, m := range []struct {
			name string
			hash func() hash.Hash
		}{{mechanismSHA256, sha256.New}, {mechanismSHA512, sha512.New}} {
			credential, err := scramCredential(u, m.hash)
			if err != nil {
				return nil, fmt.Errorf("make the %s credential of %s: %w", m.name, u.Name, err)
			}
			args = append(args, "--add-scram", m.name+"="+credential)
		}
	}
	return args, nil
}

// scramCredential salts the password itself, because the tool would cut a
// password at a comma or a quote.
func scramCredential(u User, newHash func() hash.Hash) (string, error) {
	salt := make([]byte, scramSaltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	salted, err := pbkdf2.Key(newHash, u.Password, salt, scramIterations, newHash().Size())
	if err != nil {
		return "", err
	}
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf(`[name=%s,salt="%s",saltedpassword="%s",iterations=%d]`,
		u.Name, b64(salt), b64(salted), scramIterations), nil
}
