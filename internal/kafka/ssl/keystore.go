package ssl

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

const (
	typePEM    = "PEM"
	typeJKS    = "JKS"
	typePKCS12 = "PKCS12"
)

// keyStore returns the client's certificates, none when there is no key store.
func keyStore(v *config.Values) ([]tls.Certificate, error) {
	kind, err := storeType(v, keyStoreType)
	if err != nil {
		return nil, err
	}
	if v.IsSet(keyPEM) {
		return inlineKeyStore(v, kind)
	}
	location, pem := v.String(keyStoreLocation), kind == typePEM
	switch {
	case v.IsSet(keyChainPEM):
		return nil, config.Errorf(keyPEM, "SSL certificate chain is specified, but private key is not specified")
	case pem && location != "" && v.IsSet(keyStorePassword):
		return nil, config.Errorf(keyStorePassword, "SSL key store password cannot be specified with PEM format, only key password may be specified.")
	case location == "" && v.IsSet(keyStorePassword):
		return nil, config.Errorf(keyStoreLocation, "SSL key store is not specified, but key store password is specified.")
	case location == "":
		return nil, nil
	case !pem && !v.IsSet(keyStorePassword):
		return nil, config.Errorf(keyStorePassword, "SSL key store is specified, but key store password is not specified.")
	}
	data, err := readStore(keyStoreLocation, location)
	if err != nil {
		return nil, err
	}
	cert, err := decodeKeyStore(data, kind, v)
	if err != nil {
		return nil, storeError(keyStoreLocation, location, err)
	}
	return []tls.Certificate{cert}, nil
}

func inlineKeyStore(v *config.Values, kind string) ([]tls.Certificate, error) {
	switch {
	case kind != typePEM:
		return nil, config.Errorf(keyStoreType, "SSL private key can be specified only for PEM, but key store type is %s.", v.String(keyStoreType))
	case v.IsSet(keyStoreLocation):
		return nil, config.Errorf(keyStoreLocation, "Both SSL key store location and separate private key are specified.")
	case v.IsSet(keyStorePassword):
		return nil, config.Errorf(keyStorePassword, "SSL key store password cannot be specified with PEM format, only key password may be specified.")
	}
	key, err := pemKey(v.Password(keyPEM).Reveal(), v.Password(keyPassword).Reveal())
	if err != nil {
		return nil, storeError(keyPEM, "", err)
	}
	chain, err := pemCertificates(v.Password(keyChainPEM).Reveal())
	if err != nil {
		return nil, storeError(keyChainPEM, "", err)
	}
	cert, err := certificate(key, chain)
	if err != nil {
		return nil, storeError(keyChainPEM, "", err)
	}
	return []tls.Certificate{cert}, nil
}

func decodeKeyStore(data []byte, kind string, v *config.Values) (tls.Certificate, error) {
	storePassword, password := v.Password(keyStorePassword).Reveal(), v.Password(keyPassword).Reveal()
	var key crypto.PrivateKey
	var chain []*x509.Certificate
	var err error
	switch {
	case kind == typePEM:
		if key, err = pemKey(string(data), password); err == nil {
			chain, err = pemCertificates(string(data))
		}
	case isJKS(data):
		if !v.IsSet(keyPassword) {
			password = storePassword
		}
		key, chain, err = jksKey(data, storePassword, password)
	default:
		key, chain, err = pkcs12Key(data, storePassword)
	}
	if err != nil {
		return tls.Certificate{}, err
	}
	return certificate(key, chain)
}

// certificate pairs a key with its certificate, wherever that stands in the chain.
func certificate(key crypto.PrivateKey, chain []*x509.Certificate) (tls.Certificate, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return tls.Certificate{}, errors.New("the private key cannot sign")
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return tls.Certificate{}, errors.New("the private key is of an unsupported kind")
	}
	cert := tls.Certificate{PrivateKey: key}
	for _, c := range chain {
		if cert.Leaf == nil && public.Equal(c.PublicKey) {
			cert.Leaf = c
			cert.Certificate = append([][]byte{c.Raw}, cert.Certificate...)
			continue
		}
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	if cert.Leaf == nil {
		return tls.Certificate{}, errors.New("no certificate belongs to the private key")
	}
	return cert, nil
}

func storeType(v *config.Values, key string) (string, error) {
	kind := strings.ToUpper(v.String(key))
	switch kind {
	case typePEM, typeJKS, typePKCS12:
		return kind, nil
	case "P12", "PFX":
		return typePKCS12, nil
	}
	return "", config.Invalid(key, v.String(key), "the supported types are JKS, PKCS12 and PEM")
}
