package signing_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/millrace/millrace/internal/signing"
)

const key = "0123456789abcdef0123456789abcdef"

func TestSign(t *testing.T) {
	for _, c := range []struct{ algorithm, body, want string }{
		{"HmacSHA256", `[{"a":"b"}]`, "w4sJz7Fw7kA3ME3hRGqTeArGK8uZfbl3MtjL+RdNXNI="},
		{"hmacsha256", "", "eWzTB4rxRjZ1PSaztVVUIv9Vo+Jhz4R7SOlTcbm9CqI="},
		{"1.2.840.113549.2.9", "", "eWzTB4rxRjZ1PSaztVVUIv9Vo+Jhz4R7SOlTcbm9CqI="},
	} {
		s, err := signing.Sign(c.algorithm, []byte(key), []byte(c.body))
		if err != nil || s.Encoded() != c.want {
			t.Errorf("Sign(%s, %s) = %s, %v, want %s", c.algorithm, c.body, s.Encoded(), err, c.want)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	var unknown *signing.AlgorithmError
	if _, err := signing.Sign("SHA256", []byte(key), nil); !errors.As(err, &unknown) || err.Error() != "Algorithm SHA256 not available" {
		t.Errorf("unknown algorithm: %v", err)
	}
	if _, err := signing.Sign("HmacSHA256", nil, nil); !errors.Is(err, signing.ErrEmptyKey) {
		t.Errorf("empty key: %v", err)
	}
}

func TestHeaders(t *testing.T) {
	for _, algorithm := range []string{
		"HmacMD5", "HmacSHA1", "HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512", "HmacSHA512/224",
		"HmacSHA512/256", "HmacSHA3-224", "HmacSHA3-256", "HmacSHA3-384", "HmacSHA3-512",
	} {
		sent, err := signing.Sign(algorithm, []byte(key), []byte("[]"))
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		sent.SetHeaders(h)
		got, ok, err := signing.FromHeaders(h)
		if !ok || err != nil || !got.Valid([]byte(key), []byte("[]")) {
			t.Errorf("%s: %v %v: not valid", algorithm, ok, err)
		}
		if got.Valid([]byte(key), []byte("[ ]")) || got.Valid([]byte("other"), []byte("[]")) || got.Valid(nil, nil) {
			t.Errorf("%s: valid for another body or key", algorithm)
		}
	}
	if (signing.Signature{Algorithm: "HmacSHA256"}).Valid([]byte(key), nil) || (signing.Signature{}).Valid(nil, nil) {
		t.Error("an empty signature is valid")
	}
}

func TestFromHeaders(t *testing.T) {
	const ending, unit = "Input byte array has incorrect ending byte at ", "Input byte array has wrong 4-byte ending unit"
	for _, c := range []struct{ mac, want string }{
		{"", ""},
		{"AAAA", ""},
		{"AAA", ""},
		{"AA", ""},
		{"AB==", ""},
		{"AAB=", ""},
		{"A", "Input byte[] should at least have 2 bytes for base64 bytes"},
		{"AAAAA", "Last unit does not have enough valid bits"},
		{"A=", "Last unit does not have enough valid bits"},
		{"==", unit},
		{"AA=", unit},
		{"AA=A", unit},
		{"AAAA=", unit},
		{"AA==A", ending + "4"},
		{"AAA==", ending + "4"},
		{"!A", "Illegal base64 character 21"},
		{"A\xe9", "Illegal base64 character -17"},
		{"AAAA AAAA", "Illegal base64 character 20"},
	} {
		h := http.Header{signing.AuthorizationHeader: {c.mac}, signing.AlgorithmHeader: {"HmacSHA256"}}
		_, ok, err := signing.FromHeaders(h)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want || ok != (c.want == "") {
			t.Errorf("MAC %q: %v %q, want %q", c.mac, ok, got, c.want)
		}
	}
}

func FuzzFromHeaders(f *testing.F) {
	for _, mac := range []string{"", "AA==", "AAA", "A===", "AA=A", "\xff", "AAAA\n"} {
		f.Add(mac)
	}
	f.Fuzz(func(t *testing.T, mac string) {
		h := http.Header{signing.AuthorizationHeader: {mac}, signing.AlgorithmHeader: {"HmacSHA256"}}
		s, ok, err := signing.FromHeaders(h)
		if ok != (err == nil) {
			t.Fatalf("ok %v with error %v", ok, err)
		}
		var bad *signing.HeaderError
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("error of type %T", err)
		}
		if len(s.MAC) > len(mac) {
			t.Fatalf("%d bytes out of %d", len(s.MAC), len(mac))
		}
	})
}
