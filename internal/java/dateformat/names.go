package dateformat

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"time"
)

// names are the words of one language, in the order of the calendar.
type names struct {
	months, shortMonths     []string
	weekdays, shortWeekdays []string // from Sunday
	halves, eras            []string
}

// english is shared: the names must not be changed.
var english = sync.OnceValue(englishNames)

func englishNames() *names {
	return &names{
		months: words("January|February|March|April|May|June|July|August|September|October|November|December"),

		shortMonths:   words("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"),
		weekdays:      words("Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"),
		shortWeekdays: words("Sun|Mon|Tue|Wed|Thu|Fri|Sat"),
		halves:        words("AM|PM"),
		eras:          words("BC|AD"),
	}
}

func root() *names {
	n := englishNames()
	n.months, n.weekdays = n.shortMonths, n.shortWeekdays
	n.eras = words("BCE|CE")
	return n
}

func words(text string) []string { return strings.Split(text, "|") }

//go:embed languages.tsv
var languageTable string

// languages holds the names of languages by their lower-case code, in the
// version of CLDR that JDK 17 has.
var languages = sync.OnceValue(func() map[string]*names {
	all := map[string]*names{"en": english(), "": root()}
	for line := range strings.Lines(languageTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[f[0]] = &names{words(f[1]), words(f[2]), words(f[3]), words(f[4]), words(f[5]), words(f[6])}
	}
	return all
})

// namesOf returns the names of a language. A text that is no language code (and
// a language that is not in the table) has those of the JDK's root locale:
// English, short ones only.
func namesOf(language string) *names {
	language = strings.ToLower(language)
	if n := languages()[language]; n != nil {
		return n
	}
	return languages()[""]
}

// zoneNames are the English names of a group of time zones.
type zoneNames struct {
	name     [4]string // long and short, of standard and of summer time
	offset   int       // of standard time in minutes
	saving   int       // that summer time adds, in minutes
	zoneIDs  []string
	sameName [2]bool // long, short name is the same in summer

	location func() *time.Location // of the first of the ids
}

//go:embed zones.tsv
var zoneTable string

// zoneGroups is in the order in which the JDK searches for a name.
var zoneGroups = sync.OnceValue(func() []zoneNames {
	var groups []zoneNames
	for line := range strings.Lines(zoneTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		g := zoneNames{name: [4]string(f[:4]), zoneIDs: strings.Fields(f[6])}
		g.offset, _ = strconv.Atoi(f[4])
		g.saving, _ = strconv.Atoi(f[5])
		g.sameName = [2]bool{strings.EqualFold(f[0], f[2]), strings.EqualFold(f[1], f[3])}
		g.location = sync.OnceValue(g.load)
		groups = append(groups, g)
	}
	return groups
})

var zoneByID = sync.OnceValue(func() map[string]*zoneNames {
	byID := map[string]*zoneNames{}
	groups := zoneGroups()
	for i := range groups {
		for _, id := range groups[i].zoneIDs {
			byID[id] = &groups[i]
		}
	}
	return byID
})
