package jackson

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
)

const at = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "

// readBean reads {"name": text, "config": map of texts}.
func readBean(body string) (string, map[string]*string, error) {
	r, err := Read([]byte(body))
	if err != nil {
		return "", nil, err
	}
	var name *string
	var config map[string]*string
	_, err = r.Bean("x.Bean",
		Field{"config", func() (err error) { config, err = r.StringMap(); return err }},
		Field{"name", func() (err error) { name, err = r.Text(); return err }})
	if err == nil {
		err = r.End("x.Bean")
	}
	if name == nil {
		name = new(string)
	}
	return *name, config, err
}

func TestRefusals(t *testing.T) {
	const start, chainName = "Cannot ", " (through reference chain: x.Bean[\"name\"])"
	cases := []struct{ body, want string }{
		{`{`, "Unexpected end-of-input: expected close marker for Object (start marker at " + at[5:] + "1, column: 1])" + at + "1, column: 2]"},
		{"{\n \"name\"", "Unexpected end-of-input within/between Object entries" + at + "2, column: 8]"},
		{`{"name":`, "Unexpected end-of-input within/between Object entries" + at + "1, column: 9]"},
		{`{"name":"a`, "Unexpected end-of-input: was expecting closing quote for a string value" + at + "1, column: 11]" + chainName},
		{`{"na`, "Unexpected end-of-input: was expecting closing '\"' for name" + at + "1, column: 5]"},
		{`abc`, "Unrecognized token 'abc': was expecting " + kinds + at + "1, column: 1]"},
		{`{"name":tru}`, "Unrecognized token 'tru': was expecting " + kinds + at + "1, column: 9]"},
		{`{"name":nullx}`, "Unrecognized token 'nullx': was expecting " + kinds + at + "1, column: 9]"},
		{`{name:1}`, "Unexpected character ('n' (code 110)): was expecting double-quote to start field name" + at + "1, column: 2]"},
		{`{"name":"a",}`, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name" + at + "1, column: 13]"},
		{`{"name" "a"}`, "Unexpected character ('\"' (code 34)): was expecting a colon to separate field name and value" + at + "1, column: 9]"},
		{`{"name":"a" "b"}`, "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries" + at + "1, column: 13]"},
		{`{"name":}`, "Unexpected character ('}' (code 125)): expected a value" + at + "1, column: 9]"},
		{`{"name":?}`, "Unexpected character ('?' (code 63)): expected a valid value " + kinds + at + "1, column: 9]"},
		{`{"name":"a"]`, "Unexpected close marker ']': expected '}' (for Object starting at " + at[5:] + "1, column: 1])" + at + "1, column: 12]"},
		{`{"name":01}`, "Invalid numeric value: Leading zeroes not allowed" + at + "1, column: 10]"},
		{`{"name":-}`, "Unexpected character ('}' (code 125)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value" + at + "1, column: 10]"},
		{`{"name":1.}`, "Unexpected character ('}' (code 125)) in numeric value: Decimal point not followed by a digit" + at + "1, column: 11]"},
		{`{"name":1e}`, "Unexpected character ('}' (code 125)) in numeric value: Exponent indicator not followed by a digit" + at + "1, column: 11]"},
		{`{"name":NaN}`, "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow" + at + "1, column: 12]"},
		{`{"name":"\x"}`, "Unrecognized character escape 'x' (code 120)" + at + "1, column: 11]" + chainName},
		{"{\"name\":\"a\tb\"}", "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value" + at + "1, column: 11]" + chainName},
		{"{\"name\":\"\xff\"}", "Invalid UTF-8 start byte 0xff" + at + "1, column: 10]" + chainName},
		{"{\"name\":\"\xc3\x28\"}", "Invalid UTF-8 middle byte 0x28" + at + "1, column: 11]" + chainName},
		{`{/*x*/"name":"a"}`, "Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)" + at + "1, column: 2]"},
		{`[]`, start + "deserialize value of type `x.Bean` from Array value (token `JsonToken.START_ARRAY`)" + at + "1, column: 1]"},
		{`"abc"`, start + "construct instance of `x.Bean` (although at least one Creator exists): no String-argument constructor/factory method to deserialize from String value ('abc')" + at + "1, column: 1]"},
		{`12`, start + "construct instance of `x.Bean` (although at least one Creator exists): no int/Int-argument constructor/factory method to deserialize from Number value (12)" + at + "1, column: 1]"},
		{`3000000000`, start + "construct instance of `x.Bean` (although at least one Creator exists): no long/Long-argument constructor/factory method to deserialize from Number value (3000000000)" + at + "1, column: 1]"},
		{`true`, start + "construct instance of `x.Bean` (although at least one Creator exists): no boolean/Boolean-argument constructor/factory method to deserialize from boolean value (true)" + at + "1, column: 1]"},
		{`{"name":{}}`, start + "deserialize value of type `java.lang.String` from Object value (token `JsonToken.START_OBJECT`)" + at + "1, column: 9]" + chainName},
		{`{"config":[]}`, start + "deserialize value of type `" + stringMap + "` from Array value (token `JsonToken.START_ARRAY`)" + at + "1, column: 11] (through reference chain: x.Bean[\"config\"])"},
		{`{"config":1}`, start + "deserialize value of type `" + stringMap + "` from Integer value (token `JsonToken.VALUE_NUMBER_INT`)" + at + "1, column: 11] (through reference chain: x.Bean[\"config\"])"},
		{`{"config":"x"}`, start + "construct instance of `java.util.LinkedHashMap` (although at least one Creator exists): no String-argument constructor/factory method to deserialize from String value ('x')" + at + "1, column: 11] (through reference chain: x.Bean[\"config\"])"},
		{`{"config":{"x":["y"]}}`, start + "deserialize value of type `java.lang.String` from Array value (token `JsonToken.START_ARRAY`)" + at + "1, column: 16] (through reference chain: x.Bean[\"config\"]->java.util.LinkedHashMap[\"x\"])"},
		{`{"name":"a","foo":[{"x":1}]}`, "Unrecognized field \"foo\" (class x.Bean), not marked as ignorable (2 known properties: \"config\", \"name\")" + at + "1, column: 29] (through reference chain: x.Bean[\"foo\"])"},
		{`{} trailing`, "Unrecognized token 'trailing': was expecting " + kinds + at + "1, column: 4]"},
		{`{}{}`, "Trailing token (of type START_OBJECT) found after value (bound as `x.Bean`): not allowed as per `DeserializationFeature.FAIL_ON_TRAILING_TOKENS`" + at + "1, column: 3]"},
	}
	for _, c := range cases {
		_, _, err := readBean(c.body)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s\n got %v\nwant %s", c.body, err, c.want)
		}
	}
}

func TestBean(t *testing.T) {
	cases := []struct{ body, want string }{
		{`{"name":"a","config":{"x":"y","n":1.50,"e":1E+2,"b":true,"z":null}}`, "a [b=true e=1E+2 n=1.50 x=y z=nil]"},
		{` {"name" : 12 , "config" : { } } `, "12 []"},
		{`{"name":"a","name":"b","config":{"k":1,"k":2}}`, "b [k=2]"},
		{"\ufeff{\"name\":\"a\"}", "a []"},
		{`{"name":"\u00e9\ud83d\ude00\n\ud83d","config":{"\"":"\/"}}`, "é😀\n\ufffd [\"=/]"},
		{"{\"name\":\"ü\u00a0\"}", "ü\u00a0 []"},
		{`null`, " []"},
	}
	for _, c := range cases {
		name, config, err := readBean(c.body)
		var pairs []string
		for _, k := range []string{"b", "e", "k", "n", "x", "z", `"`} {
			if v, ok := config[k]; ok && v == nil {
				pairs = append(pairs, k+"=nil")
			} else if ok {
				pairs = append(pairs, k+"="+*v)
			}
		}
		if got := fmt.Sprint(name, " ", pairs); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.body, got, err, c.want)
		}
	}
}

func TestMap(t *testing.T) {
	r, err := Read([]byte(`{"i":9007199254740993,"big":12345678901234567890,"f":2.0,"b":false,"n":null,"s":"x","m":{"l":[1,"a",[]]}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Map()
	big, _ := new(big.Int).SetString("12345678901234567890", 10)
	want := map[string]any{
		"i": int64(9007199254740993), "big": big, "f": 2.0, "b": false, "n": nil, "s": "x",
		"m": map[string]any{"l": []any{int64(1), "a", []any{}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestLimits(t *testing.T) {
	cases := []struct{ name, body, want string }{
		{"depth", `{"foo":` + strings.Repeat("[", 1200), "Document nesting depth (1001) exceeds the maximum allowed (1000"},
		{"name", `{"` + strings.Repeat("n", 50_001) + `":1}`, "Name length (50001) exceeds the maximum allowed (50000"},
		{"number", `{"name":` + strings.Repeat("1", 1001) + `}`, "Number value length (1001) exceeds the maximum allowed (1000"},
		{"string", `{"name":"` + strings.Repeat("s", 20_000_001) + `"}`, "String value length (20000001) exceeds the maximum allowed (20000000"},
	}
	for _, c := range cases {
		if _, _, err := readBean(c.body); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %.200v", c.name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"name":"a\u00e9","config":{"x":[1.5e3,null]}}`, `{"a":`, "\xef\xbb\xbf{}", `"\ud83d\u`, "{\"\xc3"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _, _ = readBean(string(body))
		if r, err := Read(body); err == nil {
			_, _ = r.value()
		}
	})
}
