package logship

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// place is where a delivery goes on.
type place struct {
	Head   mark  `json:"head"` // of the file that is being read; none at its beginning
	Offset int64 `json:"offset"`
	Prior  mark  `json:"prior"` // of the file before it
}

// state is what a delivery remembers.
type state struct {
	place
	// Dropped counts the lines that were passed over since the last notice, and Lost
	// tells that there are others nobody counted.
	Dropped int64 `json:"dropped,omitempty"`
	Lost    bool  `json:"lost,omitempty"`
}

const (
	maxState = 4 << 10 // bytes
	fileMode = 0o600
)

// load returns the state in a file. Without such a file it is that of the beginning; so
// it is when the file is damaged, together with the error.
func load(path string) (state, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, nil
	}
	if err == nil && len(raw) > maxState {
		err = errors.New("it is too large")
	}
	var s state
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err == nil && s.Offset < 0 {
		err = errors.New("its offset is negative")
	}
	if err != nil {
		return state{}, fmt.Errorf("read the position in a log: %w", err)
	}
	return s, nil
}

func (s state) save(path string) error {
	raw, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(path+".new", raw, fileMode)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("store the position in a log: %w", err)
	}
	return nil
}
