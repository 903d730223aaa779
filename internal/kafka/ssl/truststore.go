package ssl

import (
	"crypto/x509"
	"errors"

	"github.com/millrace/millrace/connect/config"
)

// trustStore returns the certificates to trust, nil for those of the operating
// system.
func trustStore(v *config.Values) (*x509.CertPool, error) {
	kind, err := storeType(v, keyTrustType)
	if err != nil {
		return nil, err
	}
	location, pem, inline := v.String(keyTrustLocation), kind == typePEM, v.IsSet(keyTrustPEM)
	switch {
	case inline && !pem:
		return nil, config.Errorf(keyTrustType, "SSL trust store certs can be specified only for PEM, but trust store type is %s.", v.String(keyTrustType))
	case inline && location != "":
		return nil, config.Errorf(keyTrustLocation, "Both SSL trust store location and separate trust certificates are specified.")
	case pem && (inline || location != "") && v.IsSet(keyTrustPassword):
		return nil, config.Errorf(keyTrustPassword, "SSL trust store password cannot be specified for PEM format.")
	case inline:
		certs, err := pemCertificates(v.Password(keyTrustPEM).Reveal())
		if err != nil {
			return nil, storeError(keyTrustPEM, "", err)
		}
		return pool(certs), nil
	case location == "" && v.IsSet(keyTrustPassword):
		return nil, config.Errorf(keyTrustLocation, "SSL trust store is not specified, but trust store password is specified.")
	case location == "":
		return nil, nil
	}
	data, err := readStore(keyTrustLocation, location)
	if err != nil {
		return nil, err
	}
	certs, err := decodeTrustStore(data, kind, v)
	if err != nil {
		return nil, storeError(keyTrustLocation, location, err)
	}
	return pool(certs), nil
}

func decodeTrustStore(data []byte, kind string, v *config.Values) ([]*x509.Certificate, error) {
	password, given := v.Password(keyTrustPassword).Reveal(), v.IsSet(keyTrustPassword)
	var certs []*x509.Certificate
	var err error
	switch {
	case kind == typePEM:
		certs, err = pemCertificates(string(data))
	case isJKS(data):
		certs, err = jksCertificates(data, password, given)
	default:
		certs, err = pkcs12Certificates(data, password)
	}
	if err == nil && len(certs) == 0 {
		err = errors.New("the store holds no trusted certificate")
	}
	return certs, err
}

func pool(certs []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}
