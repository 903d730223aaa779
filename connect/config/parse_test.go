package config

import (
	"fmt"
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		typ  Type
		text string
		want string // %#v of the value, or the error
	}{
		{Boolean, " TRUE ", "true"},
		{Boolean, "", "Invalid value  for configuration k: Expected value to be either true or false"},
		{Int, "+5", "5"},
		{Int, "2147483648", "Invalid value 2147483648 for configuration k: Not a number of type INT"},
		{Short, "-32768", "-32768"},
		{Short, "32768", "Invalid value 32768 for configuration k: Not a number of type SHORT"},
		{Long, "9223372036854775807", "9223372036854775807"},
		{Long, "1 2", "Invalid value 1 2 for configuration k: Not a number of type LONG"},
		{Double, "1e3", "1000"},
		{Double, "0x10", "Invalid value 0x10 for configuration k: Not a number of type DOUBLE"},
		{List, " a , b\t,\nc ", `[]string{"a", "b", "c"}`},
		{List, "a,", `[]string{"a", ""}`},
		{List, "  ", `[]string{}`},
		{StringType, " a\u00a0 ", `"a\u00a0"`},
		{PasswordType, " p ", "[hidden]"},
	} {
		got, err := Parse("k", tt.typ, tt.text)
		shown := fmt.Sprintf("%#v", got)
		if err != nil {
			shown = err.Error()
		}
		if shown != tt.want {
			t.Errorf("Parse(%s, %q) = %s, want %s", tt.typ, tt.text, shown, tt.want)
		}
	}
}

// url is a value of a class that configurations do not know.
type url string

func (url) JavaClass() string { return "java.net.URL" }
func (u url) String() string  { return string(u) }

func TestConvert(t *testing.T) {
	for _, tt := range []struct {
		typ   Type
		value any
		want  string
	}{
		{Int, int32(1), "1"},
		{Int, int64(1), "Invalid value 1 for configuration k: Expected value to be a 32-bit integer, but it was a java.lang.Long"},
		{Double, int16(3), "3.0"},
		{Double, float32(1.5), "1.5"},
		{Double, true, "Invalid value true for configuration k: Expected value to be a double, but it was a java.lang.Boolean"},
		{StringType, Password("s"), "Invalid value [hidden] for configuration k: Expected value to be a string, but it was a org.apache.kafka.common.config.types.Password"},
		{List, int32(1), "Invalid value 1 for configuration k: Expected a comma separated list."},
		{Class, []string{"a", "b"}, "Invalid value [a, b] for configuration k: Expected a Class instance or class name."},
		{Boolean, nil, "null"},
		{List, []any{int32(1), "a", nil}, "[1, a, null]"},
		{Int, []any{}, "Invalid value [] for configuration k: Expected value to be a 32-bit integer, but it was a java.util.List"},
		{StringType, url("x:y"), "Invalid value x:y for configuration k: Expected value to be a string, but it was a java.net.URL"},
	} {
		got, err := Convert("k", tt.typ, tt.value)
		shown := show(got)
		if err != nil {
			shown = err.Error()
		}
		if shown != tt.want {
			t.Errorf("Convert(%s, %v) = %s, want %s", tt.typ, tt.value, shown, tt.want)
		}
	}
}

func TestValidators(t *testing.T) {
	for _, tt := range []struct {
		v     Validator
		text  string
		value any
		want  string // "" for no error
	}{
		{AtLeast(0), "[0,...]", nil, "Invalid value null for configuration k: Value must be non-null"},
		{AtLeast(0), "[0,...]", int16(-1), "Invalid value -1 for configuration k: Value must be at least 0"},
		{Between(0.5, 1), "[0.5,...,1.0]", 1.5, "Invalid value 1.5 for configuration k: Value must be no more than 1.0"},
		{Between(0, 3), "[0,...,3]", int64(3), ""},
		{OneOf("a", "b"), "[a, b]", "A", "Invalid value A for configuration k: String must be one of: a, b"},
		{OneOfFold("a", "b"), "(case insensitive) [A, B]", "B", ""},
		{OneOfFold("a", "b"), "(case insensitive) [A, B]", nil, "Invalid value null for configuration k: String must be one of (case insensitive): A, B"},
		{NonEmpty(), "non-empty string", "", "Invalid value  for configuration k: String must be non-empty"},
		{NonEmpty(), "non-empty string", nil, ""},
		{NonEmptyPrintable(), "non-empty string without ISO control characters", "a\ab\n", "Invalid value a\ab\n for configuration k: String may not contain control sequences but had the following ASCII chars: 7, 10"},
		{All(NonNull(), AtLeast(0)), "non-null string, [0,...]", nil, "Invalid value null for configuration k: entry must be non null"},
		{NonEmptyList(), "non-empty list", []string{}, "Invalid value [] for configuration k: Empty list"},
		{AtMostItems(1), "List containing maximum of 1 elements", []any{int32(1), int32(2)}, "Invalid value [1, 2] for configuration k: exceeds maximum list size of [1]."},
		{AtMostItems(1), "List containing maximum of 1 elements", []string{"a", "b"}, "Invalid value [a, b] for configuration k: exceeds maximum list size of [1]."},
		{ListRule{AllowEmpty: true}, "", nil, "Configuration 'k' values must not be null."},
		{ListRule{AllowEmpty: true}, "", []string{"a", "", "b"}, "Configuration 'k' values must not be empty."},
		{ListRule{AllowEmpty: true}, "", []string{"a", "a"}, "Configuration 'k' values must not be duplicated."},
		{ListRule{Valid: []string{"a"}}, "[a]", []string{}, "Configuration 'k' must not be empty. Valid values include: [a]"},
		{ListRule{Valid: []string{"a"}}, "[a]", []string{"b"}, "Invalid value b for configuration k: String must be one of: a"},
		{Regex(), "valid regex", "[", "Invalid value [ for configuration k: Invalid regex: Unclosed character class near index 0\n[\n^"},
		{TopicPartitions(), "Positive number, or -1 to use the broker's default", int32(0), "Invalid value 0 for configuration k: Number of partitions must be positive, or -1 to use the broker's default"},
		{TopicPartitions(), "Positive number, or -1 to use the broker's default", int32(-1), ""},
	} {
		got := ""
		if err := tt.v.Check("k", tt.value); err != nil {
			got = err.Error()
		}
		if got != tt.want || tt.v.String() != tt.text {
			t.Errorf("%q on %v: %q, want %q (%q)", tt.v, tt.value, got, tt.want, tt.text)
		}
	}
}

func TestDefRunTimeAndValidation(t *testing.T) {
	def := NewDef(
		Key{Name: "req", Type: StringType, Required: true, Validator: NonNull()},
		Key{Name: "list", Type: List, Default: "x", Validator: ListRule{}},
		Key{Name: "n", Type: Int, Default: 5, Validator: AtLeast(1)},
		Key{Name: "c", Type: Class},
	)
	v, err := def.Parse(map[string]string{"req": "r", "list": "a,b,a", "other": "o"})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.List("list"); !slices.Equal(got, []string{"a", "b"}) || v.Int("n") != 5 || v.IsSet("c") {
		t.Errorf("values %v %d %v", got, v.Int("n"), v.Get("c"))
	}
	if got := v.Unknown(); !slices.Equal(got, []string{"other"}) {
		t.Errorf("unknown %v", got)
	}
	if _, err := def.ParseInput(Input{Props: map[string]string{"req": "r"}, Nulls: map[string]bool{"n": true}}); err == nil {
		t.Error("a null was not refused")
	}
	in := Input{
		Props:   map[string]string{"list": "a,a", "n": "x", "c": "No"},
		Classes: func(string) (string, bool) { return "", false },
	}
	want := []string{
		`Missing required configuration "req" which has no default value.`,
		"Invalid value null for configuration req: entry must be non null",
		"Configuration 'list' values must not be duplicated.",
		"Invalid value x for configuration n: Not a number of type INT",
		"Invalid value null for configuration n: Value must be non-null",
		"Invalid value No for configuration c: Class No could not be found.",
	}
	if got := def.ValidateInput(in).Errors(); !slices.Equal(got, want) {
		t.Errorf("errors %q, want %q", got, want)
	}
}

func TestNull(t *testing.T) {
	def := NewDef(
		Key{Name: "text", Type: StringType, Default: "x"},
		Key{Name: "must", Type: List, Required: true},
		Key{Name: "number", Type: Int},
		Key{Name: "flag", Type: Boolean, Default: true},
	)
	v, err := def.Parse(map[string]string{"text": Null, "must": Null, "number": Null})
	if err != nil {
		t.Fatal(err)
	}
	if v.IsSet("text") || v.IsSet("must") || v.IsSet("number") || !v.Bool("flag") {
		t.Errorf("null was not read as null: %q %q %v", v.String("text"), v.List("must"), v.Get("number"))
	}
	const want = "Invalid value null for configuration flag: A value is needed; leave the key out to have the default"
	if _, err := def.Parse(map[string]string{"must": "", "flag": Null}); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestListOfOtherItems(t *testing.T) {
	def := NewDef(Key{Name: "list", Type: List, Default: []any{int32(1), true}})
	v, err := def.Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.List("list"); !slices.Equal(got, []string{"1", "true"}) {
		t.Errorf("items %q", got)
	}
	if text, _ := def.Keys()[0].DefaultText(); text != "1,true" {
		t.Errorf("default %q", text)
	}
}

func TestEmbed(t *testing.T) {
	child := NewDef(
		Key{Name: "low", Type: Int, Default: 1, Importance: Low, Validator: AtLeast(1)},
		Key{Name: "grouped", Type: Int, Default: 1, Group: "G"},
		Key{Name: "high", Type: Int, Default: 1, Dependents: []string{"low"}},
		Key{Name: "must", Type: Int, Required: true, Importance: Low},
	)
	keys := child.Embed("p.", "Group", 2)
	var got []string
	for _, k := range keys {
		got = append(got, fmt.Sprint(k.Name, " ", k.Group, " ", k.Order, " ", k.Dependents, " ", k.Display))
	}
	want := []string{
		"p.must Group 2 [] must", "p.high Group 3 [p.low] high", "p.low Group 4 [] low", "p.grouped Group: G 5 [] grouped",
	}
	if !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
	r := NewDef(keys...).Validate(map[string]string{"p.must": "1", "p.low": "0"})
	if got := r.Errors(); !slices.Equal(got, []string{"Invalid value 0 for configuration low: Value must be at least 1"}) {
		t.Errorf("errors %q", got)
	}
}

func TestNewDefRefusesWrongDefault(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a default of the wrong type was accepted")
		}
	}()
	NewDef(Key{Name: "k", Type: Int, Default: "x"})
}
