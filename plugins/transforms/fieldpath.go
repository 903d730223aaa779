package transforms

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/text"
)

// parsePath splits a field path of syntax V2 (KIP-821) into the names of its steps.
// Dots separate steps. A name that contains dots stands between backticks; within
// them, a backtick before a dot is written as \`.
func parsePath(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	var steps []string
	for rest := path; ; {
		step, after, err := nextStep(path, rest)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
		if after == "" {
			return steps, nil
		}
		rest = after[1:]
	}
}

// nextStep takes one step off rest, a suffix of path. What it returns as after is
// empty or begins with the dot that ended the step.
func nextStep(path, rest string) (step, after string, err error) {
	if !strings.HasPrefix(rest, "`") {
		if dot := strings.IndexByte(rest, '.'); dot >= 0 {
			return rest[:dot], rest[dot:], nil
		}
		return rest, "", nil
	}
	return quotedStep(path, rest)
}

func quotedStep(path, rest string) (step, after string, err error) {
	var name strings.Builder
	start := 1
	for i := 1; i < len(rest); i++ {
		last := i == len(rest)-1
		if rest[i] != '`' || !last && rest[i+1] != '.' {
			continue
		}
		if rest[i-1] != '\\' {
			name.WriteString(rest[start:i])
			return name.String(), rest[i+1:], nil
		}
		if last {
			break
		}
		name.WriteString(rest[start : i-1])
		start = i
	}
	return "", "", config.Errorf("", "Incomplete backtick pair in path: [%s], consider adding a backslash before backtick at position %d to escape it",
		path, text.Length(path[:len(path)-len(rest)]))
}
