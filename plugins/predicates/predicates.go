package predicates

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/java/regex"
)

const namespace = "org.apache.kafka.connect.transforms.predicates."

// All returns the descriptors of the predicates, in order of their names.
func All() []plugin.Plugin {
	return []plugin.Plugin{
		describe("HasHeaderKey", hasHeaderKeyConfig(), newHasHeaderKey),
		describe("RecordIsTombstone", config.NewDef(), newRecordIsTombstone),
		describe("TopicNameMatches", topicNameMatchesConfig(), newTopicNameMatches),
	}
}

func describe(name string, def *config.Def, make func(*config.Values) (transform.Predicate, error)) plugin.Plugin {
	return plugin.Predicate{
		Info: plugin.Info{Class: namespace + name, Config: def},
		New: func(props map[string]string) (transform.Predicate, error) {
			values, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return make(values)
		},
	}
}

const headerName = "name"

func hasHeaderKeyConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: headerName, Type: config.StringType, Required: true,
		Validator: config.NonEmpty(), Importance: config.Medium,
		Doc: "Name of the header to look for.",
	})
}

// hasHeaderKey holds for records with at least one header of a name.
type hasHeaderKey struct{ name string }

func newHasHeaderKey(v *config.Values) (transform.Predicate, error) {
	return hasHeaderKey{v.String(headerName)}, nil
}

func (p hasHeaderKey) Test(r *connect.Record) (bool, error) {
	_, found := r.Headers.Last(p.name)
	return found, nil
}

// recordIsTombstone holds for records without value.
type recordIsTombstone struct{}

func newRecordIsTombstone(*config.Values) (transform.Predicate, error) {
	return recordIsTombstone{}, nil
}

func (recordIsTombstone) Test(r *connect.Record) (bool, error) { return r.Value == nil, nil }

const topicPattern = "pattern"

func topicNameMatchesConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: topicPattern, Type: config.StringType, Required: true,
		Validator: config.All(config.NonEmpty(), validRegex()), Importance: config.Medium,
		Doc: "Java regular expression that the whole topic has to match.",
	})
}

func validRegex() config.Validator {
	return config.Valid("valid regex", func(key string, value any) error {
		pattern, ok := value.(string)
		if !ok {
			// As RegexValidator, which shows the words of the JVM.
			return config.Invalid(key, nil, `Invalid regex: Cannot invoke "String.isEmpty()" because "this.pattern" is null`)
		}
		_, err := compile(key, pattern)
		return err
	})
}

func compile(key, pattern string) (*regex.Pattern, error) {
	re, err := regex.Compile(pattern)
	if err != nil {
		return nil, config.Invalid(key, pattern, "Invalid regex: "+err.Error())
	}
	return re, nil
}

// topicNameMatches holds for records of topics with a matching name. The answer
// for the last topic is remembered, because records come in runs of the same topic.
type topicNameMatches struct {
	pattern *regex.Pattern
	topic   string
	answer  bool
}

func newTopicNameMatches(v *config.Values) (transform.Predicate, error) {
	re, err := compile(topicPattern, v.String(topicPattern))
	return &topicNameMatches{pattern: re}, err
}

func (p *topicNameMatches) Test(r *connect.Record) (bool, error) {
	if r.Topic == "" || p.topic == r.Topic {
		return p.answer && r.Topic != "", nil
	}
	answer, err := p.pattern.Matches(r.Topic)
	if err != nil {
		return false, err
	}
	p.topic, p.answer = r.Topic, answer
	return answer, nil
}
