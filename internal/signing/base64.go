package signing

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// DecodeBase64 reads standard Base64 by the rules of java.util.Base64.Decoder: padding may
// be left out but not be half there, and bits that fall out of the last byte do not
// matter. Errors have Java's texts.
func DecodeBase64(s string) ([]byte, error) {
	if len(s) == 1 {
		return nil, errors.New("Input byte[] should at least have 2 bytes for base64 bytes")
	}
	digits := 0
	for digits < len(s) && isDigit(s[digits]) {
		digits++
	}
	if err := checkEnd(s, digits); err != nil {
		return nil, err
	}
	return base64.RawStdEncoding.DecodeString(s[:digits])
}

// checkEnd looks at what follows the digits.
func checkEnd(s string, digits int) error {
	rest, unit := s[digits:], digits%4
	padded := strings.HasPrefix(rest, "=")
	switch {
	case rest != "" && !padded:
		return fmt.Errorf("Illegal base64 character %x", int8(rest[0]))
	case padded && unit == 0, padded && unit == 2 && !strings.HasPrefix(rest, "=="):
		return errors.New("Input byte array has wrong 4-byte ending unit")
	case unit == 1:
		return errors.New("Last unit does not have enough valid bits")
	}
	end := digits
	if padded {
		end += 4 - unit
	}
	if end < len(s) {
		return fmt.Errorf("Input byte array has incorrect ending byte at %d", end)
	}
	return nil
}

func isDigit(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}
