package kafka

import (
	"crypto/sha256"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// Forever is the duration of a timeout that never ends: Long.MAX_VALUE, or
// Integer.MAX_VALUE where Kafka takes it for that.
const Forever = time.Duration(math.MaxInt64)

// Options are what the clients of all kinds have in common. Options given to
// kgo.NewClient after Opts win over them.
type Options struct {
	Opts           []kgo.Opt
	ClientID       string        // "" when not set
	RequestTimeout time.Duration // of one request

	// Warnings says what has no effect although the user set it, one sentence per
	// key, in order of the keys' definition.
	Warnings []string
	// Unused are the names of properties that are not keys of such a client, sorted.
	// Admin clients get all properties of the worker, so they always have some.
	Unused []string
}

// Warn logs what the user should know: settings without effect, and properties that
// are not keys of such a client. Values are not shown.
func (o *Options) Warn(log *slog.Logger) {
	for _, text := range o.Warnings {
		log.Warn("A client setting has no effect", "client", o.ClientID, "setting", text)
	}
	for _, name := range o.Unused {
		log.Warn("A client setting is not known", "client", o.ClientID, "key", name)
	}
}

// reading is one pass over the properties of a client.
type reading struct {
	*config.Values
	def *config.Def
	Options
}

// read parses and checks the properties. Classes that Kafka demands and that mean
// nothing here may be left out.
func read(def *config.Def, props map[string]string) (*reading, error) {
	v, err := def.Parse(withCodecs(def, props))
	if err != nil {
		return nil, err
	}
	r := &reading{Values: v, def: def}
	r.ClientID = v.String(keyClientID)
	r.RequestTimeout = r.duration(keyRequestTimeout)
	r.Unused = unused(v)
	if err := r.connection(); err != nil {
		return nil, err
	}
	r.warnInert()
	return r, nil
}

func withCodecs(def *config.Def, props map[string]string) map[string]string {
	full := make(map[string]string, len(props)+2)
	for _, name := range []string{keyKeySerializer, keyValueSerializer, keyKeyDeserializer, keyValueDeserializer} {
		if _, ok := def.Key(name); ok {
			full[name] = codecClass(name)
		}
	}
	for name, value := range props {
		full[name] = value
	}
	return full
}

func codecClass(key string) string {
	if strings.HasSuffix(key, ".deserializer") {
		return byteArray + "Deserializer"
	}
	return byteArray + "Serializer"
}

// unused leaves out what is not the client's but never a mistake either: the
// labels of metrics and the parameters of config providers.
func unused(v *config.Values) []string {
	names := slices.DeleteFunc(v.Unknown(), func(name string) bool {
		return strings.HasPrefix(name, "metrics.context.") || strings.HasPrefix(name, "config.providers.")
	})
	slices.Sort(names)
	return names
}

// done returns what was read. Callers append to Opts, so its room is cut off.
func (r *reading) done() Options {
	r.Opts = slices.Clip(r.Opts)
	return r.Options
}

// given tells whether the user set a key.
func (r *reading) given(key string) bool {
	_, ok := r.Originals()[key]
	return ok
}

// duration returns a key in milliseconds as a duration, at most Forever.
func (r *reading) duration(key string) time.Duration {
	k, _ := r.def.Key(key)
	ms := int64(0)
	if k.Type == config.Long {
		ms = r.Long(key)
	} else {
		ms = int64(r.Int(key))
	}
	if ms > int64(Forever/time.Millisecond) {
		return Forever
	}
	return time.Duration(ms) * time.Millisecond
}

func (r *reading) add(opts ...kgo.Opt) { r.Opts = append(r.Opts, opts...) }

func (r *reading) warn(key, text string) { r.Warnings = append(r.Warnings, key+": "+text) }

// fingerprint identifies the effective values of all keys except client.id: equal
// for configurations whose clients are interchangeable. It does not reveal secrets.
func (r *reading) fingerprint() [sha256.Size]byte {
	var b strings.Builder
	for _, k := range r.def.Keys() {
		if k.Name == keyClientID {
			continue
		}
		text, set := config.Text(r.Get(k.Name), k.Type)
		if k.Type == config.PasswordType {
			text = r.Password(k.Name).Reveal()
		}
		b.WriteString(k.Name)
		if set {
			b.WriteString("=" + text)
		}
		b.WriteByte(0)
	}
	return sha256.Sum256([]byte(b.String()))
}

func clamp(d, lowest, highest time.Duration) time.Duration { return min(max(d, lowest), highest) }
