package workerconfig

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// MACAlgorithms returns the algorithms, by their Java names, that can sign calls
// between workers.
func MACAlgorithms() []string {
	return []string{
		"HmacMD5", "HmacSHA1", "HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512", "HmacSHA512/224", "HmacSHA512/256",
		"HmacSHA3-224", "HmacSHA3-256", "HmacSHA3-384", "HmacSHA3-512",
	}
}

func oneOfFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(item string) bool { return strings.EqualFold(item, s) })
}

func macAlgorithm(valid string) config.Validator {
	return config.Valid(valid, func(key string, value any) error {
		s, _ := value.(string)
		return checkAlgorithm(key, s)
	})
}

func checkAlgorithm(key, name string) error {
	if oneOfFold(MACAlgorithms(), name) {
		return nil
	}
	return config.Invalid(key, name, "the algorithm is not supported by this JVM; the supported algorithms are: ["+
		strings.Join(MACAlgorithms(), ", ")+"]")
}

func verificationList() config.Validator {
	return config.Valid("A list of one or more MAC algorithms, each supported by the worker JVM", func(key string, value any) error {
		list, _ := value.([]string)
		if len(list) == 0 {
			return config.Invalid(key, list, "At least one signature verification algorithm must be provided")
		}
		for _, name := range list {
			if err := checkAlgorithm(key, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// minKeyBits is the shortest key that Java's generators make.
const minKeyBits = 40

// checkSigning checks what concerns several keys of request signing.
func checkSigning(v *config.Values) error {
	if algorithm := v.String(keySignature); !slices.Contains(v.List(keyVerification), algorithm) {
		return config.Invalid(keySignature, algorithm, "Signature algorithm must be present in "+keyVerification+" list")
	}
	if v.IsSet(keyKeySize) && v.Int(keyKeySize) < minKeyBits {
		return config.Errorf(keyKeySize, "Unable to create key generator with algorithm %s and key size %d: Key length must be at least %d bits",
			v.String(keyKeyAlgorithm), v.Int(keyKeySize), minKeyBits)
	}
	return nil
}
