package signing

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"
	"strings"
)

// Available tells whether there is a MAC algorithm of that name. Letter case does
// not matter. Of Java's algorithms those that derive a key from a password
// (HmacPBESHA1, PBEWithHmacSHA256 and so on) and those of SSL 3 are not supported.
func Available(algorithm string) bool {
	_, ok := lookup(algorithm)
	return ok
}

// lookup returns the hash function under the HMAC. The names after the first are
// object identifiers, which Java accepts too.
func lookup(algorithm string) (newHash func() hash.Hash, ok bool) {
	switch name(algorithm) {
	case "HMACMD5":
		newHash = md5.New
	case "HMACSHA1", "1.2.840.113549.2.7":
		newHash = sha1.New
	case "HMACSHA224", "1.2.840.113549.2.8":
		newHash = sha256.New224
	case "HMACSHA256", "1.2.840.113549.2.9":
		newHash = sha256.New
	case "HMACSHA384", "1.2.840.113549.2.10":
		newHash = sha512.New384
	case "HMACSHA512", "1.2.840.113549.2.11":
		newHash = sha512.New
	case "HMACSHA512/224", "1.2.840.113549.2.12":
		newHash = sha512.New512_224
	case "HMACSHA512/256", "1.2.840.113549.2.13":
		newHash = sha512.New512_256
	default:
		newHash = lookupSHA3(algorithm)
	}
	return newHash, newHash != nil
}

func lookupSHA3(algorithm string) func() hash.Hash {
	switch name(algorithm) {
	case "HMACSHA3-224", "2.16.840.1.101.3.4.2.13":
		return func() hash.Hash { return sha3.New224() }
	case "HMACSHA3-256", "2.16.840.1.101.3.4.2.14":
		return func() hash.Hash { return sha3.New256() }
	case "HMACSHA3-384", "2.16.840.1.101.3.4.2.15":
		return func() hash.Hash { return sha3.New384() }
	case "HMACSHA3-512", "2.16.840.1.101.3.4.2.16":
		return func() hash.Hash { return sha3.New512() }
	}
	return nil
}

// name brings an algorithm into the form that the tables have: Java writes object
// identifiers with and without a prefix.
func name(algorithm string) string {
	upper := strings.ToUpper(algorithm)
	if id, ok := strings.CutPrefix(upper, "OID."); ok && !strings.HasPrefix(id, "HMAC") {
		return id
	}
	return upper
}
