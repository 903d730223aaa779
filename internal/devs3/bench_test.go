package devs3

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// BenchmarkMultipartTiny stores objects of one tiny part each, as a sink with
// flush.size=1 does, from 16 clients. The server is a process of its own, so
// that its CPU time can be told from the clients'.
func BenchmarkMultipartTiny(b *testing.B) {
	cmd, url := startChild(b, b.TempDir())
	c := client(url, func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	})
	var next atomic.Int64
	var clients sync.WaitGroup
	b.ResetTimer()
	for range 16 {
		clients.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				m := begin(b, c, fmt.Sprintf("topics/t/partition=%d/t+0+%d.json", i%4, i))
				if err := m.complete(m.part(1, strings.Repeat("x", 60))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
	b.StopTimer()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "objects/s")
	b.ReportMetric(float64(spent/time.Microsecond)/float64(b.N), "server-cpu-us/op")
}
