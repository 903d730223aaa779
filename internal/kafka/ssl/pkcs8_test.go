package ssl

import (
	"crypto/ecdsa"
	"errors"
	"os"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestEncryptedKey reads keys that OpenSSL encrypted.
func TestEncryptedKey(t *testing.T) {
	plain, err := pemKey(read(t, "testdata/plain.pem"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"aes-128-cbc", "aes-256-cbc", "des3", "sha512", "sha1"} {
		text := read(t, "testdata/enc-"+name+".pem")
		key, err := pemKey(text, "keypass1")
		if err != nil || !plain.(*ecdsa.PrivateKey).Equal(key) {
			t.Errorf("%s: got %v, not the key", name, err)
		}
		if _, err := pemKey(text, "wrong"); !errors.Is(err, errUndecryptable) {
			t.Errorf("%s with a wrong password: got %v", name, err)
		}
		if _, err := pemKey(text, ""); err == nil {
			t.Errorf("%s without password: no error", name)
		}
	}
	for _, name := range []string{"scrypt", "pbes1"} {
		if _, err := pemKey(read(t, "testdata/enc-"+name+".pem"), "keypass1"); !errors.Is(err, errScheme) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzPEM(f *testing.F) {
	for _, name := range []string{"plain", "broker", "enc-sha512"} {
		data, err := os.ReadFile("testdata/" + name + ".pem")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if key, err := pemKey(text, "x"); err == nil && key == nil {
			t.Error("no key and no error")
		}
		if certs, err := pemCertificates(text); err == nil && len(certs) == 0 {
			t.Error("no certificate and no error")
		}
	})
}
