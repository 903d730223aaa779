package run

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
)

const defaultRegion = "us-east-1"

func (o *ControlOptions) region() string {
	return cmp.Or(o.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), defaultRegion)
}

// secrets returns the secret access keys by key ID; nil when everybody is let in.
func (o *ControlOptions) secrets() (map[string]string, error) {
	if o.NoAuth {
		if !isLoopback(o.Listen) {
			return nil, fmt.Errorf("--no-auth lets everybody in, so it needs an address that only this machine reaches, as --listen 127.0.0.1:8090; %s is none", o.Listen)
		}
		return nil, nil
	}
	if o.Keys != "" {
		text, err := readFile(o.Keys)
		if err != nil {
			return nil, fmt.Errorf("--keys: %w", err)
		}
		return parseKeys(o.Keys, text)
	}
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	if id == "" || secret == "" {
		return nil, errors.New("clients sign their requests, and there is no key to check signatures with: name a file of keys with --keys, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or let everybody in with --no-auth")
	}
	return map[string]string{id: secret}, nil
}

func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// parseKeys reads a credentials file of AWS, or lines of KEY_ID:SECRET.
func parseKeys(path string, text []byte) (map[string]string, error) {
	secrets, id := map[string]string{}, ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == ';' || line[0] == '[' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		switch name, value = strings.TrimSpace(name), strings.TrimSpace(value); {
		case ok && name == "aws_access_key_id":
			id = value
			continue
		case ok && name == "aws_secret_access_key" && id != "":
			secrets[id], id = value, ""
			continue
		case ok && (strings.HasPrefix(name, "aws_") || name == "region"):
			continue
		}
		if name, value, ok = strings.Cut(line, ":"); !ok || name == "" || value == "" {
			return nil, fmt.Errorf("--keys %s: line %d is neither KEY_ID:SECRET nor of an AWS credentials file", path, n)
		}
		secrets[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("--keys %s: %w", path, err)
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("--keys %s: there is no key in it", path)
	}
	return secrets, nil
}
