package transforms

import (
	"errors"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/java/regex"
)

const (
	regexRouterRegex       = "regex"
	regexRouterReplacement = "replacement"
)

func regexRouterConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: regexRouterRegex, Type: config.StringType, Required: true,
			Validator: validRegex(), Importance: config.High,
			Doc: "Java regular expression that the whole topic has to match.",
		},
		config.Key{
			Name: regexRouterReplacement, Type: config.StringType, Required: true, Importance: config.High,
			Doc: "The new topic; $1 and ${name} stand for groups of the match.",
		},
	)
}

func validRegex() config.Validator {
	return config.Valid("valid regex", func(key string, value any) error {
		pattern, ok := value.(string)
		if !ok {
			// As RegexValidator, which shows the words of the JVM.
			return config.Invalid(key, nil, `Invalid regex: Cannot invoke "String.isEmpty()" because "this.pattern" is null`)
		}
		_, err := compileRegex(key, pattern)
		return err
	})
}

func compileRegex(key, pattern string) (*regex.Pattern, error) {
	re, err := regex.Compile(pattern)
	if err != nil {
		return nil, config.Invalid(key, pattern, "Invalid regex: "+err.Error())
	}
	return re, nil
}

// regexRouter renames topics. The result for the last topic is remembered, because
// records come in runs of the same topic.
type regexRouter struct {
	regex       *regex.Pattern
	replacement string
	seen        bool
	from, to    string
}

func newRegexRouter(v *config.Values) (transform.Transformation, error) {
	re, err := compileRegex(regexRouterRegex, v.String(regexRouterRegex))
	return keeper{&regexRouter{regex: re, replacement: v.String(regexRouterReplacement)}}, err
}

func (t *regexRouter) Apply(r *connect.Record) (bool, error) {
	if !t.seen || t.from != r.Topic {
		to, err := t.route(r.Topic)
		if err != nil {
			return true, err
		}
		t.seen, t.from, t.to = true, r.Topic, to
	}
	r.Topic = t.to
	return true, nil
}

// route returns the topic that records of a topic go to.
func (t *regexRouter) route(topic string) (string, error) {
	matches, err := t.regex.Matches(topic)
	if err != nil || !matches {
		return topic, err
	}
	to, err := t.regex.ReplaceFirst(topic, t.replacement)
	var group *regex.GroupError
	var argument *regex.ArgumentError
	switch {
	case errors.As(err, &group):
		return "", data.Fail(data.OutOfRange, "%s", group.Error())
	case errors.As(err, &argument):
		return "", data.Fail(data.BadArgument, "%s", argument.Error())
	}
	return to, err
}
