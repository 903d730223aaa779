package config

// Type says how a key's text is read.
type Type uint8

// The types of Kafka's ConfigDef. The Go types of parsed values are given beside
// them.
const (
	Boolean      Type = iota // bool
	StringType               // string
	Int                      // int32
	Short                    // int16
	Long                     // int64
	Double                   // float64
	List                     // []string
	Class                    // string: a class name
	PasswordType             // Password
)

// String returns Kafka's spelling.
func (t Type) String() string {
	return [...]string{"BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS", "PASSWORD"}[t]
}

// Importance ranks keys.
type Importance uint8

// The importances of Kafka's ConfigDef.
const (
	High Importance = iota
	Medium
	Low
)

// String returns Kafka's spelling.
func (i Importance) String() string { return [...]string{"HIGH", "MEDIUM", "LOW"}[i] }

// Width is a hint for forms.
type Width uint8

// The widths of Kafka's ConfigDef.
const (
	NoWidth Width = iota
	ShortWidth
	MediumWidth
	LongWidth
)

// String returns Kafka's spelling.
func (w Width) String() string { return [...]string{"NONE", "SHORT", "MEDIUM", "LONG"}[w] }

// Key declares one configuration key.
type Key struct {
	Name       string
	Type       Type
	Required   bool // there is no default
	Default    any  // text or a parsed value; nil is the null default of an optional key
	Validator  Validator
	Importance Importance
	Doc        string
	Group      string // "" for none
	Order      int    // position in the group; without a group it is -1
	Width      Width
	Display    string // "" for the key itself
	Dependents []string
	Recommend  Recommender
	Internal   bool // not shown to users
}

// DisplayName returns the name to show.
func (k *Key) DisplayName() string {
	if k.Display == "" {
		return k.Name
	}
	return k.Display
}

// Recommender proposes values for a key and decides whether it matters, given the
// values of the others.
type Recommender interface {
	Recommended(name string, values map[string]any) []any
	Visible(name string, values map[string]any) bool
}

// Password is a secret: it prints as [hidden].
type Password string

// Hidden is what a secret prints as.
const Hidden = "[hidden]"

// String returns Hidden.
func (Password) String() string { return Hidden }

// GoString returns Hidden, so that %#v does not show it either.
func (Password) GoString() string { return Hidden }

// MarshalText returns Hidden.
func (Password) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// Reveal returns the secret.
func (p Password) Reveal() string { return string(p) }
