package ssl

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
)

// maxIterations bounds the work that a key file can ask for.
const maxIterations = 10_000_000

var (
	errUndecryptable = errors.New("the private key cannot be decrypted: the password of ssl.key.password is wrong or the key is damaged")
	errScheme        = errors.New("the private key is encrypted with an unsupported scheme; PBES2 with PBKDF2 and AES or 3DES is supported")
)

// encryptedKey is EncryptedPrivateKeyInfo of RFC 5208.
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// pbes2 is PBES2-params of RFC 8018.
type pbes2 struct {
	KDF    pkix.AlgorithmIdentifier
	Cipher pkix.AlgorithmIdentifier
}

// pbkdf2Params is PBKDF2-params of RFC 8018.
type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

// decryptPKCS8 decrypts the content of an ENCRYPTED PRIVATE KEY block.
func decryptPKCS8(der []byte, password string) (crypto.PrivateKey, error) {
	var outer encryptedKey
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, fmt.Errorf("read the encrypted private key: %w", err)
	}
	var params pbes2
	if outer.Algorithm.Algorithm.String() != "1.2.840.113549.1.5.13" {
		return nil, errScheme
	}
	if _, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, errScheme
	}
	block, iv, err := pbes2Cipher(params, password)
	if err != nil {
		return nil, err
	}
	plain, err := decryptCBC(block, iv, outer.Data)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errUndecryptable
	}
	return key, nil
}

func pbes2Cipher(params pbes2, password string) (cipher.Block, []byte, error) {
	ciphers := map[string]struct {
		keyLength int
		open      func([]byte) (cipher.Block, error)
	}{
		"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
		"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
		"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
		"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
	}
	c, ok := ciphers[params.Cipher.Algorithm.String()]
	var iv []byte
	if _, err := asn1.Unmarshal(params.Cipher.Parameters.FullBytes, &iv); err != nil || !ok {
		return nil, nil, errScheme
	}
	key, err := deriveKey(params.KDF, password, c.keyLength)
	if err != nil {
		return nil, nil, err
	}
	block, err := c.open(key)
	return block, iv, err
}

func deriveKey(kdf pkix.AlgorithmIdentifier, password string, length int) ([]byte, error) {
	var p pbkdf2Params
	if kdf.Algorithm.String() != "1.2.840.113549.1.5.12" {
		return nil, errScheme
	}
	if _, err := asn1.Unmarshal(kdf.Parameters.FullBytes, &p); err != nil || p.Iterations < 1 || p.Iterations > maxIterations {
		return nil, errScheme
	}
	hashes := map[string]func() hash.Hash{
		"":                    sha1.New, // RFC 8018: the default
		"1.2.840.113549.2.7":  sha1.New,
		"1.2.840.113549.2.9":  sha256.New,
		"1.2.840.113549.2.10": sha512.New384,
		"1.2.840.113549.2.11": sha512.New,
	}
	prf := ""
	if p.PRF.Algorithm != nil {
		prf = p.PRF.Algorithm.String()
	}
	h, ok := hashes[prf]
	if !ok {
		return nil, errScheme
	}
	return pbkdf2.Key(h, password, p.Salt, p.Iterations, length)
}

func decryptCBC(block cipher.Block, iv, data []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errUndecryptable
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > size {
		return nil, errUndecryptable
	}
	return plain[:len(plain)-padding], nil
}
