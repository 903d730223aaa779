package regex

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:embed blocks.tsv
var blockTable string

//go:embed scripts.tsv
var scriptTable string

// blocks holds the Unicode blocks of JDK 17 by their Java names, without
// separators.
var blocks = sync.OnceValue(func() map[string]set {
	all := map[string]set{}
	for line := range strings.Lines(blockTable) {
		f := strings.Fields(line)
		lo, _ := strconv.ParseInt(f[1], 16, 32)
		hi, _ := strconv.ParseInt(f[2], 16, 32)
		all[squeeze(f[0])] = set{{rune(lo), rune(hi)}}
	}
	all["GREEKANDCOPTIC"] = all["GREEK"]
	all["CYRILLICSUPPLEMENT"] = all["CYRILLICSUPPLEMENTARY"]
	all["COMBININGDIACRITICALMARKSFORSYMBOLS"] = all["COMBININGMARKSFORSYMBOLS"]
	return all
})

// scripts maps names and four-letter codes in upper case to Go's names.
var scripts = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for name := range unicode.Scripts {
		all[strings.ToUpper(name)] = name
	}
	for line := range strings.Lines(scriptTable) {
		f := strings.Fields(line)
		if name, ok := all[f[1]]; ok {
			all[f[0]] = name
		}
	}
	return all
})

func squeeze(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToUpper(name))
}

func block(name string) (set, bool) {
	s, ok := blocks()[squeeze(name)]
	return s, ok
}

func script(name string) (set, bool) {
	upper := strings.ToUpper(name)
	if upper == "UNKNOWN" || upper == "ZZZZ" {
		var known []*unicode.RangeTable
		for _, t := range unicode.Scripts {
			known = append(known, t)
		}
		return tables(known...).negate(), true
	}
	t := unicode.Scripts[scripts()[upper]]
	if t == nil {
		return nil, false
	}
	return tables(t), true
}

// property finds a general category, a POSIX class of ASCII or one of the java
// methods of Character. fold widens classes of one letter case to all.
func property(name string, fold bool) (set, bool) {
	if s, ok := category(name, fold); ok {
		return s, true
	}
	if s, ok := posix(name, fold); ok {
		return s, true
	}
	method, ok := strings.CutPrefix(name, "java")
	if !ok {
		return nil, false
	}
	return javaMethod(method, fold)
}

func category(name string, fold bool) (set, bool) {
	switch name {
	case "Lu", "Ll", "Lt":
		if fold {
			return tables(unicode.Lu, unicode.Ll, unicode.Lt), true
		}
	case "LC":
		return tables(unicode.Lu, unicode.Ll, unicode.Lt), true
	case "LD":
		return tables(unicode.L, unicode.Nd), true
	case "L1":
		return set{{0, 0xff}}, true
	case "all":
		return anything(), true
	case "Cn":
		return assigned().negate(), true
	case "C":
		return union(tables(unicode.C), assigned().negate()), true
	}
	if len(name) > 2 {
		return nil, false
	}
	t := unicode.Categories[name]
	if t == nil {
		return nil, false
	}
	return tables(t), true
}

func assigned() set {
	return tables(unicode.L, unicode.M, unicode.N, unicode.Z, unicode.C, unicode.P, unicode.S)
}

func posix(name string, fold bool) (set, bool) {
	if fold && (name == "Lower" || name == "Upper") {
		name = "Alpha"
	}
	switch name {
	case "ASCII":
		return set{{0, 0x7f}}, true
	case "Alnum":
		return set{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, true
	case "Alpha":
		return set{{'A', 'Z'}, {'a', 'z'}}, true
	case "Blank":
		return chars(" \t"), true
	case "Cntrl":
		return set{{0, 0x1f}, {0x7f, 0x7f}}, true
	case "Digit":
		return set{{'0', '9'}}, true
	case "Graph":
		return set{{0x21, 0x7e}}, true
	case "Lower":
		return set{{'a', 'z'}}, true
	case "Print":
		return set{{0x20, 0x7e}}, true
	case "Punct":
		return set{{0x21, 0x2f}, {0x3a, 0x40}, {0x5b, 0x60}, {0x7b, 0x7e}}, true
	case "Space":
		return set{{9, 13}, {' ', ' '}}, true
	case "Upper":
		return set{{'A', 'Z'}}, true
	case "XDigit":
		return set{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, true
	}
	return nil, false
}

func javaMethod(name string, fold bool) (set, bool) {
	switch name {
	case "LowerCase":
		return byCase(lowercase(), fold), true
	case "UpperCase":
		return byCase(uppercase(), fold), true
	case "TitleCase":
		return byCase(tables(unicode.Lt), fold), true
	case "Alphabetic":
		return alphabetic(), true
	case "Ideographic":
		return tables(unicode.Ideographic), true
	case "Digit":
		return tables(unicode.Nd), true
	case "Defined":
		return assigned(), true
	case "Letter":
		return tables(unicode.L), true
	case "LetterOrDigit":
		return tables(unicode.L, unicode.Nd), true
	case "SpaceChar":
		return tables(unicode.Z), true
	case "Whitespace":
		return union(tables(unicode.Z).minus(chars("\u00a0\u2007\u202f")), set{{9, 13}, {0x1c, 0x1f}}), true
	case "ISOControl":
		return set{{0, 0x1f}, {0x7f, 0x9f}}, true
	}
	return identifier(name)
}

func identifier(name string) (set, bool) {
	ignorable := union(set{{0, 8}, {0xe, 0x1b}, {0x7f, 0x9f}}, tables(unicode.Cf))
	start := tables(unicode.L, unicode.Nl)
	part := union(start, tables(unicode.Pc, unicode.Nd, unicode.Mc, unicode.Mn), ignorable)
	switch name {
	case "IdentifierIgnorable":
		return ignorable, true
	case "JavaIdentifierStart":
		return union(start, tables(unicode.Sc, unicode.Pc)), true
	case "JavaIdentifierPart":
		return union(part, tables(unicode.Sc)), true
	case "UnicodeIdentifierStart":
		return union(start, tables(unicode.Other_ID_Start)), true
	case "UnicodeIdentifierPart":
		return union(part, tables(unicode.Other_ID_Start, unicode.Other_ID_Continue)), true
	}
	return nil, false
}

func byCase(s set, fold bool) set {
	if fold {
		return union(lowercase(), uppercase(), tables(unicode.Lt))
	}
	return s
}

func lowercase() set  { return tables(unicode.Ll, unicode.Other_Lowercase) }
func uppercase() set  { return tables(unicode.Lu, unicode.Other_Uppercase) }
func alphabetic() set { return tables(unicode.L, unicode.Nl, unicode.Other_Alphabetic) }
func whiteSpace() set { return tables(unicode.White_Space) }

// binaryProperty finds a Unicode property, as \p{IsAlphabetic} names it.
func binaryProperty(name string, fold bool) (set, bool) {
	switch strings.ToUpper(name) {
	case "ALPHABETIC":
		return alphabetic(), true
	case "LETTER":
		return tables(unicode.L), true
	case "IDEOGRAPHIC":
		return tables(unicode.Ideographic), true
	case "LOWERCASE":
		return byCase(lowercase(), fold), true
	case "UPPERCASE":
		return byCase(uppercase(), fold), true
	case "TITLECASE":
		return byCase(tables(unicode.Lt), fold), true
	case "WHITE_SPACE", "WHITESPACE":
		return whiteSpace(), true
	case "CONTROL":
		return tables(unicode.Cc), true
	case "PUNCTUATION":
		return tables(unicode.P), true
	case "HEX_DIGIT", "HEXDIGIT":
		return union(tables(unicode.Nd), set{
			{'A', 'F'},
			{'a', 'f'},
			{0xff21, 0xff26},
			{0xff41, 0xff46},
		}), true
	case "ASSIGNED":
		return assigned(), true
	case "NONCHARACTER_CODE_POINT", "NONCHARACTERCODEPOINT":
		return tables(unicode.Noncharacter_Code_Point), true
	case "JOIN_CONTROL", "JOINCONTROL":
		return tables(unicode.Join_Control), true
	}
	if strings.EqualFold(name, "WORD") {
		return word(), true
	}
	return unicodePosix(name, fold)
}

func word() set {
	return union(alphabetic(), tables(unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control))
}

// unicodePosix finds a POSIX class with the meaning for all of Unicode, as the
// flag (?U) gives it.
func unicodePosix(name string, fold bool) (set, bool) {
	switch strings.ToUpper(name) {
	case "ALPHA":
		return alphabetic(), true
	case "LOWER":
		return byCase(lowercase(), fold), true
	case "UPPER":
		return byCase(uppercase(), fold), true
	case "SPACE":
		return whiteSpace(), true
	case "PUNCT":
		return tables(unicode.P), true
	case "XDIGIT":
		return binaryProperty("HEX_DIGIT", fold)
	case "CNTRL":
		return tables(unicode.Cc), true
	case "DIGIT":
		return tables(unicode.Nd), true
	case "ALNUM":
		return union(alphabetic(), tables(unicode.Nd)), true
	case "BLANK":
		return blank(), true
	case "GRAPH":
		return graph(), true
	case "PRINT":
		return union(graph(), blank()).minus(tables(unicode.Cc)), true
	}
	return nil, false
}

func blank() set { return union(tables(unicode.Zs), one('\t')) }

func graph() set {
	return union(whiteSpace(), tables(unicode.Cc, unicode.Cs), assigned().negate()).negate()
}
