package roles

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Source says where the credentials of a role are: in a profile of the AWS configuration
// files, or here.
type Source struct {
	Profile string
	Keys    aws.Credentials // without Profile
}

// Parse reads lines of a role's ARN, white space, and the name of a profile or
// KEY_ID:SECRET. Empty lines and those that begin with # count for nothing. Errors show
// no secrets.
func Parse(text []byte) (map[string]Source, error) {
	roles := map[string]Source{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		end := strings.IndexAny(line, " \t")
		if end < 0 || !isRole(line[:end]) {
			return nil, fmt.Errorf("line %d is not of the form ROLE_ARN PROFILE or ROLE_ARN KEY_ID:SECRET", n)
		}
		arn, source := line[:end], parseSource(strings.TrimSpace(line[end:]))
		if _, twice := roles[arn]; twice {
			return nil, fmt.Errorf("line %d: %s has a line already", n, arn)
		}
		if source.Profile == "" && !source.Keys.HasKeys() {
			return nil, fmt.Errorf("line %d: the key ID or the secret is empty", n)
		}
		if strings.ContainsAny(source.Keys.AccessKeyID+source.Keys.SecretAccessKey, " \t") {
			return nil, fmt.Errorf("line %d: there is white space in the key ID or the secret", n)
		}
		roles[arn] = source
	}
	return roles, lines.Err()
}

func isRole(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && strings.HasPrefix(parts[5], "role/")
}

func parseSource(text string) Source {
	id, secret, ok := strings.Cut(text, ":")
	if !ok {
		return Source{Profile: text}
	}
	return Source{Keys: aws.Credentials{AccessKeyID: strings.TrimSpace(id), SecretAccessKey: strings.TrimSpace(secret), Source: "millrace roles"}}
}
