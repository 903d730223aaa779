package kafka

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// OffsetReset is a parsed auto.offset.reset: where to begin without a usable
// committed offset.
type OffsetReset struct {
	Strategy string        // latest, earliest, none or by_duration
	Duration time.Duration // of by_duration: how far to go back
}

// ParseOffsetReset reads a value of auto.offset.reset.
func ParseOffsetReset(text string) (OffsetReset, error) {
	switch text {
	case "latest", "earliest", "none":
		return OffsetReset{Strategy: text}, nil
	}
	if iso, ok := strings.CutPrefix(text, "by_duration:"); ok {
		d, err := parseDuration(iso)
		if err != nil {
			return OffsetReset{}, err
		}
		return OffsetReset{Strategy: "by_duration", Duration: d}, nil
	}
	return OffsetReset{}, fmt.Errorf("unknown auto offset reset strategy: %s", text)
}

func offsetResetRule() config.Validator {
	return config.Valid("[latest, earliest, none, by_duration:PnDTnHnMn.nS]", func(key string, value any) error {
		text, _ := value.(string)
		if _, err := ParseOffsetReset(text); err != nil {
			return config.Invalid(key, value, fmt.Sprintf("Invalid value `%s` for configuration %s. The value must be either "+
				"'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.", text, key))
		}
		return nil
	})
}

// opts returns the start and reset offsets. Kafka reckons by_duration from the time
// of the reset; here it is the time now, so that a reset much later reads more,
// never less.
func (r OffsetReset) opts(now time.Time) []kgo.Opt {
	switch r.Strategy {
	case "earliest":
		return []kgo.Opt{kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}
	case "none":
		return []kgo.Opt{kgo.ConsumeStartOffset(kgo.NewOffset().AtCommitted()), kgo.ConsumeResetOffset(kgo.NoResetOffset())}
	case "by_duration":
		from := kgo.NewOffset().AfterMilli(max(0, now.Add(-r.Duration).UnixMilli()))
		return []kgo.Opt{kgo.ConsumeStartOffset(from), kgo.ConsumeResetOffset(from)}
	}
	return []kgo.Opt{kgo.ConsumeStartOffset(kgo.NewOffset().AtEnd()), kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd())}
}

var (
	errDuration = errors.New("the text is not a duration of the form PnDTnHnMn.nS")
	iso8601     = regexp.MustCompile(`(?i)^[+]?P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$`)
)

// parseDuration reads what java.time.Duration.parse reads, without negative
// results. It saturates at 292 years.
func parseDuration(text string) (time.Duration, error) {
	m := iso8601.FindStringSubmatch(text)
	if m == nil || strings.EqualFold(m[2], "T") || m[1]+m[2] == "" {
		return 0, errDuration
	}
	var total float64
	for i, unit := range map[int]time.Duration{1: 24 * time.Hour, 3: time.Hour, 4: time.Minute, 5: time.Second} {
		if m[i] == "" {
			continue
		}
		n, err := strconv.ParseInt(m[i], 10, 64)
		if err != nil {
			return 0, errDuration
		}
		total += float64(n) * float64(unit)
	}
	if m[6] != "" {
		nanos, _ := strconv.ParseInt((m[6] + "000000000")[:9], 10, 64)
		if strings.HasPrefix(m[5], "-") {
			nanos = -nanos
		}
		total += float64(nanos)
	}
	switch {
	case total < 0:
		return 0, errDuration
	case total >= math.MaxInt64:
		return math.MaxInt64, nil
	}
	return time.Duration(total), nil
}
