package metrics

import (
	"cmp"
	"slices"
	"strconv"
)

// putClients puts what Kafka clients do. Dashboards have the exporter's names for it,
// so there are no others.
func (s *scrape) putClients(e *exposition, n Names) {
	if n != Exporter {
		return
	}
	for i := range s.clients {
		c := &s.clients[i]
		id := label(n.clientID(), c.ID)
		putOne(e, "kafka_"+c.Kind+"_connection_count", id, c.Connections)
		putOne(e, "kafka_"+c.Kind+"_outgoing_byte_total", id, c.Sent)
		putOne(e, "kafka_"+c.Kind+"_incoming_byte_total", id, c.Received)
		if len(c.Lags) > 0 {
			most := slices.MaxFunc(c.Lags, func(a, b Lag) int { return cmp.Compare(a.Records, b.Records) })
			putOne(e, "kafka_"+c.Kind+"_fetch_manager_records_lag_max", id, most.Records)
		}
		for _, l := range c.Lags {
			where := id.and(label("topic", l.Topic)).and(label("partition", strconv.Itoa(int(l.Partition))))
			putOne(e, "kafka_"+c.Kind+"_fetch_manager_records_lag", where, l.Records)
		}
	}
}

func putOne(e *exposition, name string, of labels, v float64) {
	e.put(name, string(of), func(l *lines) { l.add(of, v) })
}

// putProcess puts the version of the program and when it was started.
func (s *scrape) putProcess(e *exposition, n Names) {
	p := s.process
	id := label(n.clientID(), p.ClientID)
	words := func(name, text, value string) {
		if value != "" {
			putOne(e, name, id.and(label(text, value)), 1)
		}
	}
	switch n {
	case Plain:
		words("kafka_connect_app_info", "version", p.Version)
		words("kafka_connect_app_info", "commit_id", p.Commit)
		if !p.Started.IsZero() {
			putOne(e, "kafka_connect_app_info_start_time_ms", id, float64(p.Started.UnixMilli()))
		}
	case Exporter:
		words("kafka_connect_version_info", "version", p.Version)
		words("kafka_connect_commit_id_info", "commit_id", p.Commit)
		if !p.Started.IsZero() {
			putOne(e, "kafka_connect_start_time_seconds", id, float64(p.Started.UnixMilli())/1000)
		}
	case Reporter:
		words("kafka_connect_app_info_version_info", "version", p.Version)
		words("kafka_connect_app_info_commit_id_info", "commit_id", p.Commit)
	}
}
