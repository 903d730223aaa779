package model

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	connector := ARN{"aws", "r", "1", KindConnector, "c", "i", ""}
	first := List{Prefix: "a", Connector: connector}
	token := first.Next(KindConnector, 1<<40)
	again := func(change func(*List)) *List {
		l := first
		l.Token = token
		change(&l)
		return &l
	}
	if n, err := again(func(*List) {}).After(KindConnector); n != 1<<40 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := first.After(KindConnector); n != 0 || err != nil {
		t.Errorf("no token: %d, %v", n, err)
	}
	for name, l := range map[string]*List{
		"other prefix":    again(func(l *List) { l.Prefix = "b" }),
		"other connector": again(func(l *List) { l.Connector = ARN{} }),
		"garbage":         again(func(l *List) { l.Token = "garbage" }),
		"too short":       again(func(l *List) { l.Token = token[:len(token)-2] }),
		"changed":         again(func(l *List) { l.Token = strings.Replace(token, "A", "B", 1) }),
		"longer":          again(func(l *List) { l.Token += "AAAA" }),
	} {
		if _, err := l.After(KindConnector); !IsCode(err, CodeBadRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := again(func(*List) {}).After(KindCustomPlugin); !IsCode(err, CodeBadRequest) {
		t.Errorf("other list: %v", err)
	}
	for most, want := range map[int]string{0: "maxResults", 1: "", 100: "", 101: "maxResults", -1: "maxResults"} {
		check(t, "page size", (&List{Max: most}).Validate(), want)
	}
}
