package connectorconfig

import (
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// RestartPrefix begins the keys of automatic restarts. Kafka Connect has none of them:
// they count, and are part of a validation, only when a connector has one.
const RestartPrefix = "errors.restart."

// Restart says when a task that failed is started again without being asked for it.
type Restart struct {
	Limit    int           // attempts in a row; 0 for none, negative for without end
	Delay    time.Duration // before the first one; doubled for each further one
	DelayMax time.Duration
	Reset    time.Duration // a task that ran this long has no failures behind it
}

// RestartDef defines the keys of automatic restarts.
func RestartDef() *config.Def {
	ms := func(name string, def int, doc string) config.Key {
		return config.Key{
			Name: RestartPrefix + name, Type: config.Long, Default: def, Importance: config.Medium, Group: "Error Handling",
			Width: config.MediumWidth, Validator: config.AtLeast(1), Doc: doc,
		}
	}
	return config.NewDef(
		config.Key{
			Name: RestartPrefix + "limit", Type: config.Int, Default: 0, Importance: config.Medium, Group: "Error Handling",
			Width: config.ShortWidth, Validator: config.AtLeast(-1), Display: "Automatic Restarts",
			Doc: "How often in a row a task that failed is started again by itself. 0 means never, -1 without end.",
		},
		ms("delay.ms", 1000, "Pause before the first automatic restart, in milliseconds. It doubles with each further one."),
		ms("delay.max.ms", 300000, "Longest pause before an automatic restart, in milliseconds."),
		ms("reset.ms", 600000, "How long a task must have run, in milliseconds, for its earlier failures not to count any more."),
	)
}

// ParseRestart reads the keys of automatic restarts of a connector. The error is a
// *config.Error.
func ParseRestart(props map[string]string) (Restart, error) {
	given := false
	for key := range props {
		given = given || strings.HasPrefix(key, RestartPrefix)
	}
	if !given {
		return Restart{}, nil
	}
	v, err := RestartDef().Parse(props)
	if err != nil {
		return Restart{}, err
	}
	ms := func(key string) time.Duration { return time.Duration(v.Long(RestartPrefix+key)) * time.Millisecond }
	return Restart{
		Limit: v.Int(RestartPrefix + "limit"), Delay: ms("delay.ms"), DelayMax: ms("delay.max.ms"), Reset: ms("reset.ms"),
	}, nil
}

// Pause returns the pause before a restart after so many failures in a row; ok is
// false when there is none.
func (r Restart) Pause(failures int) (pause time.Duration, ok bool) {
	if r.Limit == 0 || r.Limit > 0 && failures > r.Limit {
		return 0, false
	}
	pause = r.Delay
	for i := 1; i < failures && pause < r.DelayMax; i++ {
		pause *= 2
	}
	return min(pause, r.DelayMax), true
}
