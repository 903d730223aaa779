package metricship

import (
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Metric is the name of a metric.
type Metric string

// The metrics. Rates and counts are sums over the tasks of a connector, times of
// rebalances are the largest of its workers, that since the last one the smallest.
const (
	BytesInPerSec                Metric = "BytesInPerSec"
	BytesOutPerSec               Metric = "BytesOutPerSec"
	CPUUtilization               Metric = "CpuUtilization"
	ErroredTaskCount             Metric = "ErroredTaskCount"
	MemoryUtilization            Metric = "MemoryUtilization"
	RebalanceCompletedTotal      Metric = "RebalanceCompletedTotal"
	RebalanceTimeAvg             Metric = "RebalanceTimeAvg"
	RebalanceTimeMax             Metric = "RebalanceTimeMax"
	RebalanceTimeSinceLast       Metric = "RebalanceTimeSinceLast"
	RunningTaskCount             Metric = "RunningTaskCount"
	SinkConsumerByteRate         Metric = "SinkConsumerByteRate"
	SinkRecordReadRate           Metric = "SinkRecordReadRate"
	SinkRecordSendRate           Metric = "SinkRecordSendRate"
	SourceProducerByteRate       Metric = "SourceProducerByteRate"
	SourceRecordPollRate         Metric = "SourceRecordPollRate"
	SourceRecordWriteRate        Metric = "SourceRecordWriteRate"
	TaskStartupAttemptsTotal     Metric = "TaskStartupAttemptsTotal"
	TaskStartupSuccessPercentage Metric = "TaskStartupSuccessPercentage"
	WorkerCount                  Metric = "WorkerCount"
)

// Metrics returns all metrics, in order of their names.
func Metrics() []Metric {
	return []Metric{
		BytesInPerSec, BytesOutPerSec, CPUUtilization, ErroredTaskCount, MemoryUtilization,
		RebalanceCompletedTotal, RebalanceTimeAvg, RebalanceTimeMax, RebalanceTimeSinceLast, RunningTaskCount,
		SinkConsumerByteRate, SinkRecordReadRate, SinkRecordSendRate,
		SourceProducerByteRate, SourceRecordPollRate, SourceRecordWriteRate,
		TaskStartupAttemptsTotal, TaskStartupSuccessPercentage, WorkerCount,
	}
}

// unit returns the unit of a metric, false when there is no such metric.
func (m Metric) unit() (types.StandardUnit, bool) {
	switch m {
	case BytesInPerSec, BytesOutPerSec, SinkConsumerByteRate, SourceProducerByteRate:
		return types.StandardUnitBytesSecond, true
	case SinkRecordReadRate, SinkRecordSendRate, SourceRecordPollRate, SourceRecordWriteRate:
		return types.StandardUnitCountSecond, true
	case CPUUtilization, MemoryUtilization, TaskStartupSuccessPercentage:
		return types.StandardUnitPercent, true
	case RebalanceTimeAvg, RebalanceTimeMax, RebalanceTimeSinceLast:
		return types.StandardUnitMilliseconds, true
	case ErroredTaskCount, RebalanceCompletedTotal, RunningTaskCount, TaskStartupAttemptsTotal, WorkerCount:
		return types.StandardUnitCount, true
	}
	return "", false
}

// Snapshot is the metrics of one connector at one time. A metric that does not apply, or
// is not known, is missing. Values are bytes or records per second, percent (0 to 100),
// milliseconds or numbers, as the name says.
type Snapshot struct {
	Connector string
	At        time.Time
	Values    map[Metric]float64
}

// data returns what is sent of a snapshot, in order of the names.
func (s Snapshot) data() []types.MetricDatum {
	var data []types.MetricDatum
	for _, m := range Metrics() {
		v, ok := s.Values[m]
		// What is no number, or larger than that, would make CloudWatch refuse them all.
		if !ok || math.IsNaN(v) || math.Abs(v) > math.Ldexp(1, 360) {
			continue
		}
		unit, _ := m.unit()
		data = append(data, types.MetricDatum{
			MetricName: aws.String(string(m)), Timestamp: aws.Time(s.At), Unit: unit, Value: aws.Float64(v),
			Dimensions: []types.Dimension{{Name: aws.String("ConnectorName"), Value: aws.String(s.Connector)}},
		})
	}
	return data
}
