package conformance

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/millrace/millrace/internal/java/charset"
	"github.com/millrace/millrace/internal/signing"
)

func TestRestSigning(t *testing.T) {
	run(t, "rest-signing", func(c *Case) (any, error) {
		in := into[map[string]json.RawMessage](c.Input)
		key, body := unhex(into[string](in["key"])), c.rawBytes(in["body"])
		switch c.Op {
		case "sign":
			s, err := signing.Sign(c.text("algorithm"), key, body)
			return s.Encoded(), err
		case "verify":
			return verifySignature(in, key, body)
		}
		return nil, unknownOp(c)
	})
}

func verifySignature(in map[string]json.RawMessage, key, body []byte) (any, error) {
	latin1, _ := charset.Lookup("ISO-8859-1")
	h := http.Header{}
	for _, name := range []string{signing.AuthorizationHeader, signing.AlgorithmHeader} {
		if text := into[*string](in[name]); text != nil {
			h.Set(name, string(latin1.Encode(*text)))
		}
	}
	s, ok, err := signing.FromHeaders(h)
	if err != nil || !ok {
		return map[string]any{"present": false}, err
	}
	return map[string]any{"present": true, "keyAlgorithm": s.Algorithm, "valid": s.Valid(key, body)}, nil
}
