package ssl

import (
	"sync"

	"github.com/millrace/millrace/connect/config"
)

const (
	keyProtocol       = "ssl.protocol"
	keyCipherSuites   = "ssl.cipher.suites"
	keyProtocols      = "ssl.enabled.protocols"
	keyStoreType      = "ssl.keystore.type"
	keyStoreLocation  = "ssl.keystore.location"
	keyStorePassword  = "ssl.keystore.password"
	keyPassword       = "ssl.key.password"
	keyPEM            = "ssl.keystore.key"
	keyChainPEM       = "ssl.keystore.certificate.chain"
	keyTrustPEM       = "ssl.truststore.certificates"
	keyTrustType      = "ssl.truststore.type"
	keyTrustLocation  = "ssl.truststore.location"
	keyTrustPassword  = "ssl.truststore.password"
	keyIdentification = "ssl.endpoint.identification.algorithm"
	keyEngineFactory  = "ssl.engine.factory.class"
)

var definition = sync.OnceValue(func() *config.Def { return config.NewDef(Keys()...) })

// Keys returns the ssl.* keys of Kafka's clients.
func Keys() []config.Key {
	return append(storeKeys(),
		config.Key{
			Name: keyProtocol, Type: config.StringType, Default: "TLSv1.3", Importance: config.Medium,
			Doc: "TLS protocol of the SSL context. The versions offered are those of ssl.enabled.protocols.",
		},
		config.Key{
			Name: "ssl.provider", Type: config.StringType, Importance: config.Medium,
			Doc: "Java security provider. Millrace has its own TLS and does not use it.",
		},
		config.Key{
			Name: keyCipherSuites, Type: config.List, Default: "", Importance: config.Low,
			Validator: config.ListRule{AllowEmpty: true},
			Doc:       "Cipher suites that may be used, by their Java names. Empty for the default ones.",
		},
		config.Key{
			Name: keyProtocols, Type: config.List, Default: "TLSv1.2,TLSv1.3", Importance: config.Medium,
			Validator: config.ListRule{AllowEmpty: true},
			Doc:       "TLS versions that may be used.",
		},
		config.Key{
			Name: "ssl.keymanager.algorithm", Type: config.StringType, Default: "SunX509", Importance: config.Low,
			Doc: "Java key manager. Millrace does not use it.",
		},
		config.Key{
			Name: "ssl.trustmanager.algorithm", Type: config.StringType, Default: "PKIX", Importance: config.Low,
			Doc: "Java trust manager. Millrace does not use it.",
		},
		config.Key{
			Name: keyIdentification, Type: config.StringType, Default: "https", Importance: config.Low,
			Doc: "How the name of the server is checked against its certificate. Empty to check the certificate but not the name.",
		},
		config.Key{
			Name: "ssl.secure.random.implementation", Type: config.StringType, Importance: config.Low,
			Doc: "Java random generator. Millrace does not use it.",
		},
		config.Key{
			Name: keyEngineFactory, Type: config.Class, Importance: config.Low,
			Doc: "Java class that creates SSL engines. Only Kafka's default one is supported.",
		},
	)
}

func storeKeys() []config.Key {
	return []config.Key{
		{
			Name: keyStoreType, Type: config.StringType, Default: "JKS", Importance: config.Medium,
			Doc: "Format of the key store: JKS, PKCS12 or PEM.",
		},
		{
			Name: keyStoreLocation, Type: config.StringType, Importance: config.High,
			Doc: "File with the private key and certificate of the client.",
		},
		{
			Name: keyStorePassword, Type: config.PasswordType, Importance: config.High,
			Doc: "Password of the key store file. Not for PEM.",
		},
		{
			Name: keyPassword, Type: config.PasswordType, Importance: config.High,
			Doc: "Password of the private key, when it differs from that of the store or the PEM key is encrypted.",
		},
		{
			Name: keyPEM, Type: config.PasswordType, Importance: config.High,
			Doc: "Private key as PEM text (PKCS#8).",
		},
		{
			Name: keyChainPEM, Type: config.PasswordType, Importance: config.High,
			Doc: "Certificate chain of the private key as PEM text.",
		},
		{
			Name: keyTrustPEM, Type: config.PasswordType, Importance: config.High,
			Doc: "Trusted certificates as PEM text.",
		},
		{
			Name: keyTrustType, Type: config.StringType, Default: "JKS", Importance: config.Medium,
			Doc: "Format of the trust store: JKS, PKCS12 or PEM.",
		},
		{
			Name: keyTrustLocation, Type: config.StringType, Importance: config.High,
			Doc: "File with the certificates to trust. Without one, those of the operating system are trusted.",
		},
		{
			Name: keyTrustPassword, Type: config.PasswordType, Importance: config.High,
			Doc: "Password of the trust store file. Without it the integrity of a JKS file is not checked.",
		},
	}
}
