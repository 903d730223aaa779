package ssl

import (
	"crypto/tls"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// versions returns the lowest and highest of the named TLS versions; an empty list
// stands for TLS 1.2 and 1.3.
func versions(names []string) (lowest, highest uint16, err error) {
	known := map[string]uint16{
		"TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11,
		"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13,
	}
	if len(names) == 0 {
		return tls.VersionTLS12, tls.VersionTLS13, nil
	}
	for _, name := range names {
		version, ok := known[name]
		if !ok {
			return 0, 0, config.Invalid(keyProtocols, strings.Join(names, ","), "Unsupported protocol "+name)
		}
		if lowest == 0 || version < lowest {
			lowest = version
		}
		highest = max(highest, version)
	}
	return lowest, highest, nil
}

// setCipherSuites limits cfg to the suites of these Java names. Go does not let the
// suites of TLS 1.3 be chosen, so naming none of them switches TLS 1.3 off, and
// naming only them switches TLS 1.2 off.
func setCipherSuites(cfg *tls.Config, names []string) error {
	if len(names) == 0 {
		return nil
	}
	modern := false
	for _, name := range names {
		suite := findSuite(name)
		if suite == nil {
			return config.Invalid(keyCipherSuites, strings.Join(names, ","), "Unsupported CipherSuite: "+name)
		}
		if slices.Contains(suite.SupportedVersions, tls.VersionTLS13) {
			modern = true
			continue
		}
		cfg.CipherSuites = append(cfg.CipherSuites, suite.ID)
	}
	if !modern {
		cfg.MaxVersion = min(cfg.MaxVersion, tls.VersionTLS12)
	}
	if len(cfg.CipherSuites) == 0 {
		cfg.MinVersion = tls.VersionTLS13
	}
	if cfg.MinVersion > cfg.MaxVersion {
		return config.Invalid(keyCipherSuites, strings.Join(names, ","),
			"none of these cipher suites belongs to a protocol of "+keyProtocols)
	}
	return nil
}

// findSuite finds a suite by its Java name, which is the IANA one except that the
// oldest suites begin with SSL_.
func findSuite(name string) *tls.CipherSuite {
	if rest, old := strings.CutPrefix(name, "SSL_"); old {
		name = "TLS_" + rest
	}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if suite.Name == name {
			return suite
		}
	}
	return nil
}
