package worker

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/java/regex"
)

// subscription makes the client consume the topics that a sink names.
func subscription(s connectorconfig.Sink) ([]kgo.Opt, error) {
	if s.TopicsRegex == "" {
		return []kgo.Opt{kgo.ConsumeTopics(s.Topics...)}, nil
	}
	p, err := regex.Compile(s.TopicsRegex)
	if err != nil {
		return nil, config.Invalid("topics.regex", s.TopicsRegex, "Invalid regex: "+err.Error())
	}
	expr, ok := p.RE2()
	if !ok {
		return nil, config.Invalid("topics.regex", s.TopicsRegex,
			"Look-around, back references and possessive quantifiers are not supported here; write the pattern without them, or list the topics with topics")
	}
	return []kgo.Opt{kgo.ConsumeRegex(), kgo.ConsumeTopics(expr)}, nil
}
