package worker

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
)

// collector is somebody else's transformation, which keeps the values it sees.
type collector struct{ values []any }

func (c *collector) Apply(r *connect.Record) (bool, error) {
	c.values = append(c.values, r.Value)
	return true, nil
}

func (c *collector) plugin() plugin.Plugin {
	return plugin.Transformation{
		Info: plugin.Info{Class: "test.Collector"},
		New:  func(map[string]string) (transform.Transformation, error) { return c, nil },
	}
}

// chainWith makes the chain of the benchmark with one more step at a position.
func chainWith(t *testing.T, c *collector, step connectorconfig.Transform, at int) chain {
	t.Helper()
	steps := orderTransforms()
	steps = append(steps[:at], append([]connectorconfig.Transform{step}, steps[at:]...)...)
	made, err := newChain(pluginset.New(append(builtin.Plugins(), c.plugin())...), steps)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestChainSparesCopies(t *testing.T) {
	extract := connectorconfig.Transform{Plugin: connectorconfig.Plugin{
		Class: "org.apache.kafka.connect.transforms.ExtractField$Value", Props: map[string]string{"field": "address"},
	}}
	guarded := orderTransforms()[3]
	guarded.Predicate = &connectorconfig.Plugin{Class: "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"}
	for _, c := range []struct {
		name string
		step connectorconfig.Transform
		want string // which links rewrite
	}{
		{"a built-in one", orderTransforms()[3], "yyyyy"},
		{"somebody else's", connectorconfig.Transform{Plugin: connectorconfig.Plugin{Class: "test.Collector"}}, "yynnn"},
		{"one that leaves a part", extract, "yynnn"},
		{"one with a predicate", guarded, "yynnn"},
	} {
		got := ""
		for _, l := range chainWith(t, &collector{}, c.step, 2) {
			got += map[bool]string{true: "y", false: "n"}[l.rewrite != nil]
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What somebody kept of a record does not change any more.
func TestChainKeepsWhatOthersHave(t *testing.T) {
	for _, schemas := range []string{"true", "false"} {
		format := map[string]string{"true": `{"schema":` + orderSchema + `,"payload":%s}`, "false": "%s"}[schemas]
		kept := &collector{}
		in := newInbound(t, schemas, nil)
		in.chain = chainWith(t, kept, connectorconfig.Transform{Plugin: connectorconfig.Plugin{Class: "test.Collector"}}, 2)
		b := &batch{}
		in.fill(context.Background(), b, fetched(orders(20, format)), func(connect.TopicPartition) (int, bool) { return 1, true })
		if b.err != nil || len(kept.values) != 20 || len(b.records) != 20 {
			t.Fatal(b.err, len(kept.values), len(b.records))
		}
		for i, v := range kept.values {
			if text := data.Text(v); !strings.Contains(text, "customer_name") || strings.Contains(text, "****") {
				t.Errorf("record %d was kept as %s", i, text)
			}
		}
	}
}

// The sink gets the same whether values are written in place or copied.
func TestChainInPlace(t *testing.T) {
	for _, schemas := range []string{"true", "false"} {
		format := map[string]string{"true": `{"schema":` + orderSchema + `,"payload":%s}`, "false": "%s"}[schemas]
		texts := map[bool][]string{}
		for _, fresh := range []bool{true, false} {
			in := newInbound(t, schemas, orderTransforms())
			if !in.converters.fresh {
				t.Fatal("the converters make fresh values")
			}
			in.converters.fresh = fresh
			b := &batch{}
			in.fill(context.Background(), b, fetched(orders(200, format)), func(connect.TopicPartition) (int, bool) { return 1, true })
			for i := range b.records {
				texts[fresh] = append(texts[fresh], b.records[i].String())
			}
		}
		if len(texts[true]) != 200 || strings.Join(texts[true], "\n") != strings.Join(texts[false], "\n") {
			t.Errorf("schemas %s: %s, want %s", schemas, texts[true], texts[false])
		}
	}
}

// A link that failed once goes on with the record that it got.
func TestChainGoesOnAfterAnError(t *testing.T) {
	in := newInbound(t, "false", orderTransforms())
	fails := true
	in.chain[2].rewrite = rewriteFunc(func(r *connect.Record) (bool, error) {
		if fails {
			fails = false
			return false, connect.Retriable(errors.New("not yet"))
		}
		return in.chain[2].transform.Apply(r)
	})
	in.tolerance.errors.RetryTimeout, in.tolerance.errors.RetryDelayMax = -1, 0
	b := &batch{}
	in.fill(context.Background(), b, fetched(orders(1, "%s")), func(connect.TopicPartition) (int, bool) { return 1, true })
	if b.err != nil || len(b.records) != 1 {
		t.Fatal(b.err)
	}
	text := data.Text(b.records[0].Value)
	for _, part := range []string{"secret=****", "ordered_at=2023-11-14T22:13:20.000", "customer_name=", "source_system=bench"} {
		if strings.Count(text, part) != 1 {
			t.Errorf("%s is not once in %s", part, text)
		}
	}
}

type rewriteFunc func(*connect.Record) (bool, error)

func (f rewriteFunc) Rewrite(r *connect.Record) (bool, error) { return f(r) }
