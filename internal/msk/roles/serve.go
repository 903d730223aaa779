package roles

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	host = "127.0.0.1"
	// Below the ports of workers and those that systems give to outgoing connections.
	firstPort, lastPort = 10240, 19999

	prefix   = "/role/" // and a fleet, and the ARN of a role
	keptFile = "roles.json"
	readTime = 10 * time.Second
	attempts = 100
	waitTime = 5 * time.Second // for a port that the control plane before this one has
)

// kept is what stays when the control plane ends.
type kept struct {
	Port int
	Key  []byte // of the tokens
}

// listen listens where it did before.
func (r *Roles) listen() (net.Listener, error) {
	file := filepath.Join(r.settings.Dir, keptFile)
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &r.kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", keptFile, err)
	}
	if len(r.kept.Key) == 0 {
		r.kept.Key = make([]byte, sha256.Size)
		_, _ = rand.Read(r.kept.Key) // it does not fail
	}
	if r.kept.Port != 0 {
		l, err := again(r.kept.Port)
		if err == nil {
			return l, nil
		}
		r.log.Warn("Another program has the port where workers get credentials; workers that are there get none until their connector is updated", "port", r.kept.Port, "err", err)
	}
	return r.listenAnew(file)
}

func again(port int) (net.Listener, error) {
	for end := time.Now().Add(waitTime); ; time.Sleep(readTime / 100) {
		l, err := listenAt(port)
		if err == nil || time.Now().After(end) {
			return l, err
		}
	}
}

func listenAt(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
}

// listenAnew listens somewhere and keeps where.
func (r *Roles) listenAnew(file string) (l net.Listener, err error) {
	for range attempts {
		n, _ := rand.Int(rand.Reader, big.NewInt(lastPort-firstPort+1))
		r.kept.Port = firstPort + int(n.Int64())
		if l, err = listenAt(r.kept.Port); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if err := r.keep(file); err != nil {
		return nil, errors.Join(fmt.Errorf("keep the address: %w", err), l.Close())
	}
	return l, nil
}

func (r *Roles) keep(file string) error {
	text, err := json.Marshal(r.kept)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.settings.Dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func path(role, fleet string) string {
	return prefix + url.PathEscape(fleet) + "/" + url.PathEscape(role)
}

func (r *Roles) token(role, fleet string) string {
	h := hmac.New(sha256.New, r.kept.Key)
	h.Write([]byte(path(role, fleet)))
	return hex.EncodeToString(h.Sum(nil))
}

// answer is what AWS clients expect. Members without a value are left out.
type answer struct {
	AccessKeyID     string     `json:"AccessKeyId,omitempty"`
	SecretAccessKey string     `json:",omitempty"`
	Token           string     `json:",omitempty"`
	Expiration      *time.Time `json:",omitempty"`
	Code            string     `json:"code,omitempty"`
	Message         string     `json:"message,omitempty"`
}

// serve answers a worker.
func (r *Roles) serve(w http.ResponseWriter, q *http.Request) {
	role, fleet, ok := asked(q.URL)
	if !ok || q.Method != http.MethodGet {
		reply(w, http.StatusNotFound, answer{Code: "NotFound", Message: "there is nothing here"})
		return
	}
	if !hmac.Equal([]byte(q.Header.Get("Authorization")), []byte(r.token(role, fleet))) {
		reply(w, http.StatusForbidden, answer{Code: "AccessDenied", Message: "the token is not that of this role"})
		return
	}
	found, err := r.find(q.Context(), role, fleet)
	if err != nil {
		r.log.Warn("A worker gets no credentials", "fleet", fleet, "err", err)
		reply(w, http.StatusInternalServerError, answer{Code: "ServiceExecutionRole", Message: err.Error()})
		return
	}
	end := found.Expires.UTC()
	reply(w, http.StatusOK, answer{AccessKeyID: found.AccessKeyID, SecretAccessKey: found.SecretAccessKey, Token: found.SessionToken, Expiration: &end})
}

// asked takes a path apart.
func asked(u *url.URL) (role, fleet string, ok bool) {
	rest, ok := strings.CutPrefix(u.EscapedPath(), prefix)
	if !ok {
		return "", "", false
	}
	first, second, ok := strings.Cut(rest, "/")
	fleet, err := url.PathUnescape(first)
	role, err2 := url.PathUnescape(second)
	return role, fleet, ok && err == nil && err2 == nil
}

func reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a)
}
