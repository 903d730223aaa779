package connectorconfig

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/regex"
)

const deadLetterTopic = "errors.deadletterqueue.topic.name"

// parseSink reads what only sinks have, and checks what concerns several keys.
func parseSink(v *config.Values) (Sink, error) {
	s := Sink{Topics: v.List("topics"), TopicsRegex: v.String("topics.regex")}
	s.Topics = slices.DeleteFunc(slices.Clone(s.Topics), func(t string) bool { return t == "" })
	dlq := v.String(deadLetterTopic)
	for _, problem := range SinkProblems(s, dlq) {
		return s, config.Errorf(problem.Keys[0], "%s", problem.Msg)
	}
	return s, nil
}

// Problem is a rule between several keys that is broken.
type Problem struct {
	Keys []string
	Msg  string
}

// SinkProblems returns what is wrong with a sink's choice of topics.
func SinkProblems(s Sink, dlq string) []Problem {
	named, regexed := len(s.Topics) > 0, s.TopicsRegex != ""
	both := []string{"topics", "topics.regex"}
	var problems []Problem
	if named && regexed {
		problems = append(problems, Problem{both, "topics and topics.regex are mutually exclusive options, but both are set."})
	}
	if !named && !regexed {
		problems = append(problems, Problem{both, "Must configure one of topics or topics.regex"})
	}
	if dlq == "" {
		return problems
	}
	if slices.Contains(s.Topics, dlq) {
		problems = append(problems, Problem{both[:1], "The DLQ topic '" + dlq + "' may not be included in the list of topics ('topics=" +
			listText(s.Topics) + "') consumed by the connector"})
	}
	if regexed && matches(s.TopicsRegex, dlq) {
		problems = append(problems, Problem{both[1:], "The DLQ topic '" + dlq + "' may not be matched by the regex for the topics ('topics.regex=" +
			s.TopicsRegex + "') consumed by the connector"})
	}
	return problems
}

func matches(pattern, topic string) bool {
	p, err := regex.Compile(pattern)
	if err != nil {
		return false
	}
	ok, err := p.Matches(topic)
	return ok && err == nil
}
