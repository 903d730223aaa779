package logship

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func destination(k Kind) Destination {
	return Destination{Kind: k, Name: map[Kind]string{CloudWatch: "group", S3: "bucket", Firehose: "stream"}[k], Prefix: "logs/of"}
}

func kinds() []Kind { return []Kind{CloudWatch, S3, Firehose} }

// bench is a log and where it goes, in fake time.
type bench struct {
	*testing.T
	*writer
	sky      *cloud
	services *Services
	src      Source
	to       []Destination
	shipper  *Shipper
}

// inBubble runs a test in fake time with all kinds, or those given.
func inBubble(t *testing.T, f func(b *bench), to ...Kind) {
	t.Helper()
	sky := newCloud(t)
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := &bench{T: t, sky: sky, services: sky.connect(t), writer: &writer{t: t, path: filepath.Join(dir, "worker.log"), parts: 3}}
		b.src = Source{Worker: "Worker-1", Name: "con/Worker-1", File: b.path, State: filepath.Join(dir, "logship")}
		for _, k := range to {
			b.to = append(b.to, destination(k))
		}
		f(b)
	})
}

func (b *bench) start() {
	b.Helper()
	s, err := Start(b.Context(), b.services, b.src, b.to, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.shipper = s
}

func (b *bench) stop() {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := b.shipper.Stop(ctx); err != nil {
		b.Errorf("stop: %v", err)
	}
}

func (b *bench) pass(d time.Duration) {
	time.Sleep(d) // fake time
	synctest.Wait()
}

func (b *bench) expect(k Kind, want []string) {
	b.Helper()
	got := b.sky.delivered(k)
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			b.Fatalf("%s: %d lines, want %d; line %d is %.120q, want %.120q", k, len(got), len(want), i, got[i:min(i+2, len(got))], want[i:min(i+2, len(want))])
		}
	}
}

func TestDelivery(t *testing.T) {
	for _, k := range kinds() {
		t.Run(string(k), func(t *testing.T) {
			inBubble(t, func(b *bench) {
				b.start()
				b.pass(time.Hour)
				if b.sky.calls > 0 {
					b.Errorf("%d requests without lines", b.sky.calls)
				}
				b.write(3)
				b.append("panic: oh\r\n\tat \xff\n\n[unfinished")
				more := []string{"[Worker-1] panic: oh", "[Worker-1] \tat ?", "[Worker-1] "}
				wait := 8 * time.Second
				if k == S3 {
					wait += 5 * time.Minute
				}
				b.pass(wait)
				b.expect(k, append(b.lines, more...))
				b.append(" line]\n")
				b.stop()
				b.expect(k, append(slices.Clone(b.lines), append(more, "[Worker-1] [unfinished line]")...))
				status := b.shipper.Status()
				if len(status) != 1 || status[0].Lines != 7 || status[0].Dropped != 0 || status[0].Err != nil {
					b.Errorf("status %+v", status)
				}
				if k == S3 && (len(b.sky.keys) != 2 || !regexp.MustCompile(`^bucket\.s3\.eu-west-1\.amazonaws\.com/logs/of/con/Worker-1/2000/01/01/01/20000101T010000\.000Z-[0-9a-f]{8}-0\.log\.gz$`).MatchString(b.sky.keys[0])) {
					b.Errorf("keys %q", b.sky.keys)
				}
				if k == CloudWatch && !b.sky.streams["con/Worker-1"] {
					b.Errorf("streams %v", b.sky.streams)
				}
			}, k)
		})
	}
}

// TestAllAtOnce: one log to all destinations, more than a batch.
func TestAllAtOnce(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.pad = 200
		b.write(30_000)
		b.start()
		b.pass(9 * time.Second)
		for _, k := range []Kind{CloudWatch, Firehose} {
			b.expect(k, b.lines)
		}
		if n := len(b.sky.delivered(S3)); n == 0 || n == len(b.lines) {
			b.Errorf("%d lines in objects, not of whole size", n)
		}
		b.stop()
		b.expect(S3, b.lines)
		if len(b.sky.keys) != 2 {
			b.Errorf("objects %q", b.sky.keys)
		}
	}, kinds()...)
}

func TestManyShortLines(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.append(strings.Repeat("x\n", 25_000))
		b.start()
		b.stop()
		if !slices.Equal(b.sky.batches, []int{10_000, 10_000, 5_000}) {
			b.Errorf("batches %v", b.sky.batches)
		}
	}, CloudWatch)
}

func TestLongLines(t *testing.T) {
	for _, k := range kinds() {
		inBubble(t, func(b *bench) {
			long := "INFO " + strings.Repeat("aé", 2<<20)
			b.append("first\n" + long + "\nlast\n")
			b.start()
			b.stop()
			got := b.sky.delivered(k)
			text := ""
			for _, l := range got[1 : len(got)-1] {
				text += strings.TrimPrefix(l, "[Worker-1] ")
			}
			if got[0] != "[Worker-1] first" || got[len(got)-1] != "[Worker-1] last" || text != long {
				b.Errorf("%s: %d lines, %d bytes, want %d", k, len(got), len(text), len(long))
			}
		}, k)
	}
}

// TestRotation: whatever happens to the files, and however often the shipper starts
// again, every line is delivered once.
func TestRotation(t *testing.T) {
	for _, k := range kinds() {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s seed %d", k, seed), func(t *testing.T) {
				inBubble(t, func(b *bench) {
					dice := rand.New(rand.NewPCG(seed, 1))
					b.pad = dice.IntN(200)
					b.start()
					running := true
					unseen := 0 // cuts since lines were surely delivered
					for range 60 {
						switch dice.IntN(9) {
						case 0, 1, 2:
							b.write(1 + dice.IntN(400))
						case 3, 4:
							if unseen < b.parts-1 && b.n > 0 {
								unseen++
								if b.rotate(dice); dice.IntN(2) == 0 {
									b.write(1 + dice.IntN(800))
								}
							}
						case 5:
							if running {
								b.stop()
								running = false
							}
						case 6:
							if !running {
								b.start()
								running = true
							}
						default:
							b.pass(time.Duration(dice.IntN(20)) * time.Minute)
							if running {
								unseen = 0
							}
						}
					}
					if !running {
						b.start()
					}
					b.stop()
					b.expect(k, b.lines)
				}, k)
			})
		}
	}
}

func (b *bench) rotate(dice *rand.Rand) {
	if _, err := os.Stat(b.path); err != nil {
		return
	}
	if dice.IntN(3) == 0 {
		b.rename()
		return
	}
	b.cut()
}

// TestCopyInTheMaking: a part that is a copy of the log is not read beside it.
func TestCopyInTheMaking(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.write(100)
		b.cut()
		b.write(100)
		b.age()
		b.copy()
		b.start()
		b.pass(time.Minute)
		b.expect(CloudWatch, b.lines)
		b.write(50)
		if err := os.Truncate(b.path, 0); err != nil { // the 50 are lost, as cutting does
			b.Fatal(err)
		}
		b.lines = b.lines[:200]
		b.write(1)
		b.stop()
		b.expect(CloudWatch, b.lines)
	}, CloudWatch)
}

// TestTruncated: a log that is emptied and kept nowhere is not followed by what was
// delivered before it.
func TestTruncated(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.write(10)
		b.append("[unfinished")
		b.cut()
		b.write(10)
		b.pass(time.Minute)
		if err := os.Truncate(b.path, 0); err != nil {
			b.Fatal(err)
		}
		b.write(5)
		b.stop()
		got := b.sky.delivered(CloudWatch)
		if len(got) != 27 || !strings.Contains(got[21], "WARN Lines of this log may not have been delivered here") {
			b.Fatalf("%d lines %q", len(got), got)
		}
		b.expect(CloudWatch, slices.Concat(b.lines[:10], []string{"[Worker-1] [unfinished"}, b.lines[10:20], got[21:22], b.lines[20:]))
	}, CloudWatch)
}

// TestGone: what was not delivered before it was rotated away is spoken of.
func TestGone(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.write(10)
		b.start()
		b.stop()
		for range 5 {
			b.write(5)
			b.cut()
		}
		b.write(5)
		b.start()
		b.stop()
		got := b.sky.delivered(CloudWatch)
		if len(got) != 10+1+20 || !strings.Contains(got[10], "WARN Lines of this log may not have been delivered here") {
			b.Fatalf("%d lines, %q", len(got), got[10])
		}
		b.expect(CloudWatch, slices.Concat(b.lines[:10], got[10:11], b.lines[20:]))
	}, CloudWatch)
}

// TestCrash: what was sent but not noted is sent again, and nothing else.
func TestCrash(t *testing.T) {
	for _, k := range kinds() {
		inBubble(t, func(b *bench) {
			file := b.src.State + "." + string(k) + ".json"
			b.write(100)
			b.start()
			b.stop()
			before, err := os.ReadFile(file)
			if err != nil {
				b.Fatal(err)
			}
			b.write(100)
			b.start()
			b.stop()
			if err := os.WriteFile(file, before, 0o600); err != nil {
				b.Fatal(err)
			}
			b.sky.keys = nil
			b.write(100)
			b.start()
			b.stop()
			b.expect(k, slices.Concat(b.lines[:200], b.lines[100:]))
		}, k)
	}
}

func TestOutage(t *testing.T) {
	for _, k := range kinds() {
		for i, how := range []struct {
			status int
			code   string
		}{{503, "ServiceUnavailableException"}, {400, "ThrottlingException"}, {400, "AccessDeniedException"}, {0, "hang"}} {
			if k != CloudWatch && i > 0 {
				continue // the same for all
			}
			t.Run(string(k)+" "+how.code, func(t *testing.T) {
				inBubble(t, func(b *bench) {
					b.src.Backlog = 10_000
					b.start()
					b.write(10)
					b.pass(10 * time.Minute)
					b.sky.answer(how.status, how.code)
					for i := range 24 {
						b.write(40)
						if i%4 == 3 {
							b.cut()
						}
						b.pass(20 * time.Minute)
					}
					s := b.shipper.Status()[0]
					if s.Err == nil || time.Since(s.Failing) < 7*time.Hour || s.Dropped == 0 {
						b.Errorf("status %+v", s)
					}
					if n := b.sky.calls; n > 8*60*6 {
						b.Errorf("%d requests in 8 hours", n)
					}
					b.sky.answer(0, "")
					b.write(10)
					b.pass(10 * time.Minute)
					got := b.sky.delivered(k)
					match := regexp.MustCompile(`^\[Worker-1\] \[2000-[0-9 :,-]+\] WARN ([0-9]+) lines of this log were not delivered here, .* \(millrace.logship:0\)$`).FindStringSubmatch(got[10])
					if match == nil {
						b.Fatalf("line %q", got[10])
					}
					dropped, _ := strconv.Atoi(match[1])
					if dropped < 24*40-200 || dropped > 24*40-50 {
						b.Errorf("%d lines were dropped", dropped)
					}
					b.expect(k, slices.Concat(b.lines[:10], got[10:11], b.lines[10+dropped:]))
					s = b.shipper.Status()[0]
					if s.Err != nil || !s.Failing.IsZero() || s.Dropped != int64(dropped) {
						b.Errorf("status %+v", s)
					}
					b.stop()
				}, k)
			})
		}
	}
}

func TestStopGivesUp(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.sky.answer(400, "AccessDeniedException")
		b.write(10)
		b.start()
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		err := b.shipper.Stop(ctx)
		if err == nil || !strings.Contains(err.Error(), "deliver the last log lines to cloudwatch group: AccessDeniedException: no") || time.Since(begin) != 10*time.Second {
			b.Errorf("after %s: %v", time.Since(begin), err)
		}
		b.sky.answer(0, "")
		b.start()
		b.stop()
		b.expect(CloudWatch, b.lines)
	}, CloudWatch)
}

// TestPartial: records that were not accepted are sent again, the others are not.
func TestPartial(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.sky.partial = 3
		b.write(100)
		b.start()
		b.pass(time.Minute)
		got := b.sky.delivered(Firehose)
		slices.SortFunc(got, func(a, c string) int { return slices.Index(b.lines, a) - slices.Index(b.lines, c) })
		if !slices.Equal(got, b.lines) || !slices.Equal(b.sky.batches, []int{100, 50, 25, 12}) {
			b.Errorf("%d lines in batches of %v", len(got), b.sky.batches)
		}
		b.stop()
		b.write(10)
		b.start()
		b.stop()
		if n := len(b.sky.delivered(Firehose)); n != 110 {
			b.Errorf("%d lines", n)
		}
	}, Firehose)
}

// TestWrong: what a destination calls wrong again and again is given up.
func TestWrong(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.sky.answer(400, "InvalidParameterException")
		b.write(10)
		b.start()
		b.pass(time.Minute)
		b.write(10)
		b.pass(time.Minute)
		b.sky.answer(0, "")
		b.write(10)
		b.pass(time.Minute)
		got := b.sky.delivered(CloudWatch)
		if len(got) != 11 || !strings.Contains(got[0], "WARN 20 lines of this log were not delivered here") {
			b.Fatalf("lines %q", got)
		}
		b.expect(CloudWatch, append(got[:1:1], b.lines[20:]...))
		if s := b.shipper.Status()[0]; s.Lines != 11 || s.Dropped != 20 {
			b.Errorf("status %+v", s)
		}
		b.stop()
	}, CloudWatch)
}

func TestRejected(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.write(10)
		b.pass(48 * time.Hour)
		b.sky.oldest = time.Now().Add(-time.Hour)
		b.write(10)
		b.append("[2999-01-01 00:00:00,000] INFO from the future\n")
		b.start()
		b.stop()
		s := b.shipper.Status()[0]
		if s.Lines != 11 || s.Dropped != 10 || !slices.Equal(b.sky.batches, []int{10, 11}) {
			b.Errorf("status %+v, batches %v", s, b.sky.batches)
		}
	}, CloudWatch)
}

// TestOutOfOrder: lines of different times, as when clocks are set.
func TestOutOfOrder(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.pass(24 * time.Hour) // in every time zone these are in the past
		b.append("[2000-01-01 00:00:02,000] INFO b\n[2000-01-01 00:00:01,000] INFO a\n\tat a\n[1999-12-30 00:00:01,000] INFO old\n")
		b.start()
		b.stop()
		want := []string{"[1999-12-30 00:00:01,000] INFO old", "[2000-01-01 00:00:01,000] INFO a", "\tat a", "[2000-01-01 00:00:02,000] INFO b"}
		for i := range want {
			want[i] = "[Worker-1] " + want[i]
		}
		b.expect(CloudWatch, want)
	}, CloudWatch)
}

func TestNoLogGroup(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.sky.group = "other"
		b.write(1)
		b.start()
		b.pass(time.Hour)
		s := b.shipper.Status()[0]
		if s.Err == nil || !strings.HasPrefix(s.Err.Error(), "ResourceNotFoundException") || s.Dropped > 0 {
			b.Errorf("status %+v", s)
		}
		b.sky.mu.Lock()
		b.sky.group = "group"
		b.sky.mu.Unlock()
		b.pass(2 * time.Minute)
		b.stop()
		b.expect(CloudWatch, b.lines)
	}, CloudWatch)
}

func TestDamagedState(t *testing.T) {
	for _, text := range []string{"", "{", `{"offset":-1}`, strings.Repeat(" ", maxState+1), `{"head":{"length":999,"sum":"x"},"offset":5}`} {
		inBubble(t, func(b *bench) {
			b.write(5)
			if err := os.WriteFile(b.src.State+".s3.json", []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			b.start()
			b.stop()
			if got := b.sky.delivered(S3); !slices.Equal(got[len(got)-5:], b.lines) {
				b.Errorf("%.20s: lines %q", text, got)
			}
		}, S3)
	}
}

func TestStart(t *testing.T) {
	inBubble(t, func(b *bench) {
		for _, c := range []struct {
			src Source
			to  Destination
		}{
			{Source{}, destination(S3)},
			{b.src, Destination{Kind: S3}},
			{b.src, Destination{Kind: "pigeon", Name: "x"}},
		} {
			if _, err := Start(b.Context(), b.services, c.src, []Destination{c.to}, nil); err == nil {
				b.Errorf("%+v to %+v was accepted", c.src, c.to)
			}
		}
	})
	if _, err := Connect(t.Context(), Access{}); err == nil {
		t.Error("connected without region")
	}
}
