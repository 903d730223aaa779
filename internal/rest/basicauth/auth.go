package basicauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/signing"
)

const (
	// Class is the REST extension that this package stands for.
	Class = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension"

	entryName   = "KafkaConnect"
	moduleClass = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule"
	fileOption  = "file"
	maxFile     = 8 << 20
)

// Auth knows who may use the API. It is safe for concurrent use.
type Auth struct {
	Log *slog.Logger // nil for none; set it before use

	files []string

	mu    sync.Mutex
	users map[string]map[string]string // by file: the passwords of users
}

// Open reads a JAAS file. The error names it.
func Open(jaasFile string) (*Auth, error) {
	raw, err := readFile(jaasFile)
	if err != nil {
		return nil, fmt.Errorf("read the JAAS file: %w", err)
	}
	modules, err := parseEntry(string(raw), entryName)
	if err != nil {
		return nil, fmt.Errorf("JAAS file %s: %w", jaasFile, err)
	}
	a := &Auth{users: map[string]map[string]string{}}
	for _, m := range modules {
		switch file := m.options[fileOption]; {
		case m.class != moduleClass:
			return nil, fmt.Errorf("JAAS file %s: the login module %s is not supported, only %s is", jaasFile, m.class, moduleClass)
		case file == "":
			return nil, fmt.Errorf("JAAS file %s: the entry %s has no option %s", jaasFile, entryName, fileOption)
		case strings.Contains(file, "${"):
			return nil, fmt.Errorf("JAAS file %s: a reference to a system property, as in the option %s, is not supported", jaasFile, fileOption)
		default:
			a.files = append(a.files, file)
		}
	}
	return a, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(raw) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return raw, err
}

// Admits tells whether a request with these Authorization headers may go on. While
// a file has no users everybody may. The error is Base64 that cannot be read, with
// Java's text.
func (a *Auth) Admits(authorization []string) (bool, error) {
	user, password, err := credentials(strings.Join(authorization, ","))
	if err != nil {
		return false, err
	}
	admitted := false
	for _, file := range a.files {
		users, err := a.usersOf(file)
		if err != nil {
			a.logger().Error("The users of the REST API cannot be read", "file", file, "err", err)
			return false, nil
		}
		if len(users) == 0 || user != "" && knows(users, user, password) {
			admitted = true
		}
	}
	return admitted, nil
}

// credentials reads the header; user is "" when there is none that makes sense.
func credentials(header string) (user, password string, err error) {
	scheme, encoded, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return "", "", nil
	}
	text, err := signing.DecodeBase64(encoded)
	if err != nil {
		return "", "", err
	}
	user, password, ok = strings.Cut(string(text), ":")
	if !ok {
		return "", "", nil
	}
	return user, password, nil
}

// knows compares in a time that tells nothing of the password.
func knows(users map[string]string, user, password string) bool {
	want, known := users[user]
	a, b := sha256.Sum256([]byte(want)), sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && known
}

func (a *Auth) usersOf(file string) (map[string]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if users, ok := a.users[file]; ok {
		return users, nil
	}
	raw, err := readFile(file)
	if err != nil {
		return nil, err
	}
	users, err := properties.Parse(raw)
	if err != nil {
		return nil, errors.New("it is not a property file") // what is wrong might show a password
	}
	if len(users) == 0 {
		a.logger().Warn("The REST API lets everybody in: its file of users is empty", "file", file)
	}
	a.users[file] = users
	return users, nil
}

func (a *Auth) logger() *slog.Logger {
	if a.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return a.Log
}
