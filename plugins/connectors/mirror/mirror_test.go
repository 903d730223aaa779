package mirror_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/plugins/connectors/mirror"
)

func TestTopicPartition(t *testing.T) {
	p, err := mirror.ParseTopicPartition("a-b-7")
	if want := (mirror.TopicPartition{Topic: "a-b", Partition: 7}); err != nil || p != want || p.String() != "a-b-7" {
		t.Errorf("ParseTopicPartition = %v, %v, want %v", p, err, want)
	}
	var noHyphen *data.Error
	if _, err := mirror.ParseTopicPartition("t"); !errors.As(err, &noHyphen) || noHyphen.Kind != data.OutOfRange {
		t.Errorf("no hyphen: %v", err)
	}
	var noNumber *text.NumberFormatError
	if _, err := mirror.ParseTopicPartition("t-x"); !errors.As(err, &noNumber) {
		t.Errorf("no number: %v", err)
	}
	if got, want := data.Text(p.SourcePartition("A")), "{cluster=A, partition=7, topic=a-b}"; got != want {
		t.Errorf("SourcePartition = %s, want %s", got, want)
	}
	if got, want := data.Text(mirror.SourceOffset(5)), "{offset=5}"; got != want {
		t.Errorf("SourceOffset = %s, want %s", got, want)
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		property string
		want     []string
	}{
		{"a.*, b", []string{"a", "b"}},
		{" a ,b ", []string{" a", "b "}},
		{",a", []string{"", "a"}},
		{"a,,", []string{"a"}},
		{",", []string{}},
		{"", []string{""}},
	} {
		if got := mirror.SplitPatterns(c.property); !slices.Equal(got, c.want) {
			t.Errorf("SplitPatterns(%q) = %q, want %q", c.property, got, c.want)
		}
	}
	if p, err := mirror.CompilePatterns(nil); p != nil || err != nil {
		t.Errorf("CompilePatterns() = %v, %v", p, err)
	}
	var bad *regex.SyntaxError
	if _, err := mirror.CompilePatterns([]string{"a", "["}); !errors.As(err, &bad) {
		t.Errorf("malformed pattern: %v", err)
	}
}

func TestTopicSource(t *testing.T) {
	for _, c := range []struct {
		separator, topic, source, upstream string
		ok                                 bool
	}{
		{".", "a.b.t", "a", "b.t", true},
		{".", "a..t", "a", ".t", true},
		{".", ".t", "", "t", true},
		{".", "a..", "", "", false},
		{".", "..", "", "", false},
		{".", "t", "", "", false},
		{"--", "a---t", "a", "-t", true},
		{"", "at", "a", "t", true},
		{"", "a", "", "", false},
		{"", "", "", "", false},
	} {
		p := mirror.NewDefaultPolicy(map[string]string{"replication.policy.separator": c.separator})
		source, ok := p.TopicSource(c.topic)
		upstream, replica := p.UpstreamTopic(c.topic)
		if source != c.source || ok != c.ok || upstream != c.upstream || replica != c.ok {
			t.Errorf("%q %q: %q %v, %q %v", c.separator, c.topic, source, ok, upstream, replica)
		}
	}
}

// The slots after offsets 0 to 200 are as recorded of Java.
func TestSyncStore(t *testing.T) {
	s := mirror.NewSyncStore(false)
	for i := range int64(201) {
		s.Add(mirror.OffsetSync{TopicPartition: t1, Upstream: i, Downstream: 2 * i})
	}
	if _, ok := s.Translate(t1, 5); ok || s.Slots(mirror.TopicPartition{}) != nil {
		t.Error("translates before it is loaded")
	}
	s.SetLoaded()
	want := []int64{200, 199, 198, 196, 192, 176, 160, 128, 0}
	for i, p := range s.Slots(t1) {
		if up := want[min(i, 8)]; p.Upstream != up || p.Downstream != 2*up {
			t.Errorf("slot %d = %v, want %d", i, p, up)
		}
	}
	for up, down := range map[int64]int64{0: 0, 1: 1, 127: 1, 200: 400, 500: 401, -1: mirror.Untranslatable} {
		if got, ok := s.Translate(t1, up); !ok || got != down {
			t.Errorf("Translate(%d) = %d, %v, want %d", up, got, ok, down)
		}
	}
}

func TestSyncStoreForgets(t *testing.T) {
	s := mirror.NewSyncStore(true)
	for _, up := range []int64{10, 100} {
		s.Add(mirror.OffsetSync{TopicPartition: t1, Upstream: up, Downstream: up})
	}
	s.SetLoaded()
	if got, _ := s.Translate(t1, 50); got != mirror.Untranslatable {
		t.Errorf("a sync from before survives: %d", got)
	}
	s.Add(mirror.OffsetSync{TopicPartition: t1, Upstream: math.MaxInt64, Downstream: 7})
	s.Add(mirror.OffsetSync{TopicPartition: t1, Upstream: 3, Downstream: 4})
	if got, _ := s.Translate(t1, 1000); got != 5 {
		t.Errorf("Translate after a rewind = %d, want 5", got)
	}
}
