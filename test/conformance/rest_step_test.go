package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// step is one exchange: a request, several at once, or a look at a file.
type step struct {
	ID       string            `json:"id"`
	Before   []fileAction      `json:"before"`
	Request  *restRequest      `json:"request"`
	Parallel []*restRequest    `json:"parallel"`
	File     *string           `json:"file"`
	Text     string            `json:"text"` // of the file
	Poll     float64           `json:"poll"` // longest wait, in seconds
	NoRetry  bool              `json:"noretry"`
	Response recordedAnswer    `json:"response"`
	Save     map[string]string `json:"save"` // JSON pointers into the answer, by variable
	Match    matchRules        `json:"match"`

	ExpectConflict bool `json:"expect_conflict"` // said to the recorder
}

// recordedAnswer has a body, a text or neither.
type recordedAnswer struct {
	Status   int               `json:"status"`
	Headers  map[string]string `json:"headers"`
	Body     json.RawMessage   `json:"body"`
	Text     *string           `json:"text"`
	Parallel json.RawMessage   `json:"parallel"`
}

type fileAction struct {
	Write, Append, Mkdir, Remove *string
	Text                         string
	Sleep                        float64 // seconds
}

// variables are the values of {{name}} in scenarios.
type variables map[string]string

// step decodes a step with the variables' values in it.
func (v variables) step(raw json.RawMessage) (*step, error) {
	s, open := &step{}, &step{}
	if err := decodeStrictly([]byte(v.fill(string(raw), insideJSON)), s); err != nil {
		return s, err
	}
	if err := decodeStrictly(raw, open); err != nil {
		return s, err
	}
	// In a pattern, values stand for themselves.
	s.Match.Regex = map[string]string{}
	for path, pattern := range open.Match.Regex {
		s.Match.Regex[v.fill(path, keep)] = v.fill(pattern, regexp.QuoteMeta)
	}
	return s, s.Match.check()
}

func keep(text string) string { return text }

func insideJSON(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw[1 : len(raw)-1])
}

// fill replaces variables; what has no value stays.
func (v variables) fill(text string, quote func(string) string) string {
	return regexp.MustCompile(`\{\{\w+\}\}`).ReplaceAllStringFunc(text, func(found string) string {
		if value, ok := v[found[2:len(found)-2]]; ok {
			return quote(value)
		}
		return found
	})
}

func act(actions []fileAction) error {
	for _, a := range actions {
		var err error
		switch {
		case a.Write != nil:
			err = writeFile(*a.Write, a.Text, os.O_TRUNC)
		case a.Append != nil:
			err = writeFile(*a.Append, a.Text, os.O_APPEND)
		case a.Mkdir != nil:
			err = os.MkdirAll(*a.Mkdir, 0o755)
		case a.Remove != nil:
			err = os.Remove(*a.Remove)
		case a.Sleep > 0:
			time.Sleep(time.Duration(a.Sleep * float64(time.Second)))
		default:
			err = errors.New("the file action does nothing")
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func writeFile(path, text string, flag int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, flag|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func compareFile(path, want string) error {
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, []byte(want)) {
		return fmt.Errorf("%s has %.300q, want %.300q", path, got, want)
	}
	return nil
}
