package metrics

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// lines are the samples of one name.
type lines struct {
	name string
	text []byte
}

// add writes one sample.
func (l *lines) add(labels labels, v float64) {
	l.text = append(l.text, l.name...)
	if labels != "" {
		l.text = append(l.text, '{')
		l.text = append(l.text, labels...)
		l.text = append(l.text, '}')
	}
	l.text = append(l.text, ' ')
	l.text = strconv.AppendFloat(l.text, v, 'g', -1, 64)
	l.text = append(l.text, '\n')
}

// exposition is the text of one scrape. It knows who writes what, and has the lines
// of one name at a time: the whole text can be of many megabytes.
type exposition struct {
	writers map[string][]func(*lines) // by name
	done    map[string]bool           // what an earlier convention put under the same name
}

func newExposition() *exposition {
	return &exposition{writers: map[string][]func(*lines){}, done: map[string]bool{}}
}

// put has the samples of an attribute written under a name; "" leaves them out, and so
// does a name that has them already. shape tells apart samples with different labels.
func (e *exposition) put(name, shape string, write func(*lines)) {
	if name == "" || e.done[name+" "+shape] {
		return
	}
	e.done[name+" "+shape] = true
	e.writers[name] = append(e.writers[name], write)
}

// writeTo writes the text, in order of the names.
func (e *exposition) writeTo(w io.Writer) error {
	var text []byte
	for _, name := range slices.Sorted(maps.Keys(e.writers)) {
		l := &lines{name: name, text: append(text[:0], "# TYPE "+name+" "+kindOf(name)+"\n"...)}
		header := len(l.text)
		for _, write := range e.writers[name] {
			write(l)
		}
		text = l.text
		if len(text) == header {
			continue
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

func kindOf(name string) string {
	if strings.HasSuffix(name, "_total") {
		return "counter"
	}
	return "gauge"
}

// labels are the labels of a series as they are written between braces.
type labels string

func label(name, value string) labels {
	return labels(name + `="` + escape(value) + `"`)
}

// and joins labels.
func (l labels) and(more labels) labels {
	if l == "" || more == "" {
		return l + more
	}
	return l + "," + more
}

// escape makes a label's value fit between quotes. What is not UTF-8 is replaced.
func escape(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	if !strings.ContainsAny(value, "\\\"\n") {
		return value
	}
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
}

// sampled is a sample and the labels that it has in all series.
type sampled[T any] struct {
	labels labels
	at     *T
}

// putNumbers puts the samples of a group's attributes.
func putNumbers[T any](e *exposition, n Names, group, shape string, attributes []number[T], samples []sampled[T]) {
	for _, a := range attributes {
		e.put(n.number(group, a.name), shape, func(l *lines) {
			for _, s := range samples {
				l.add(s.labels, a.value(s.at))
			}
		})
	}
}

// putTexts puts a 1 for each sample that has words, which are a label.
func putTexts[T any](e *exposition, n Names, group, shape string, attributes []text[T], samples []sampled[T]) {
	for _, a := range attributes {
		e.put(n.text(group, a.name), shape+","+a.name, func(l *lines) {
			for _, s := range samples {
				if words := a.value(s.at); words != "" {
					l.add(s.labels.and(label(underscored(a.name), words)), 1)
				}
			}
		})
	}
}
