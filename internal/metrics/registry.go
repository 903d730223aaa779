package metrics

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// ContentType is that of Prometheus' text format.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Registry knows whom to ask. It is a value without state of its own; sources that are
// nil have no series.
type Registry struct {
	Worker  Worker
	Group   Group // nil for a worker on its own
	Restart Restarter
	Process Process
	Names   []Names // of the series; nil for Plain and Exporter

	// State returns the state of a task as the whole cluster sees it, in lower case,
	// for the numbers of tasks by state; nil for what this worker says.
	State func(connector string, task int) string
	// Stuck tells whether a call lasts longer than it should; nil for never.
	Stuck func(Call) bool
	// Network returns what the client of the group does; nil for none.
	Network func() Network
}

// WriteText asks the sources and writes their samples under these names, or under the
// registry's own when there are none.
func (r *Registry) WriteText(w io.Writer, names ...Names) error {
	if len(names) == 0 {
		names = r.Names
	}
	if len(names) == 0 {
		names = []Names{Plain, Exporter}
	}
	e := newExposition()
	s := r.scrape()
	for _, n := range names {
		s.put(e, n)
	}
	return e.writeTo(w)
}

// ServeHTTP answers a scrape. The query parameter names chooses conventions, as
// ParseNames reads them.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	var names []Names
	if list := req.URL.Query().Get("names"); list != "" {
		var err error
		if names, err = ParseNames(list); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Vary", "Accept-Encoding")
	if !takesGzip(req.Header.Get("Accept-Encoding")) {
		_ = r.WriteText(w, names...) // the client has gone
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // fails only for an unknown level
	_ = r.WriteText(z, names...)
	_ = z.Close()
}

func takesGzip(accepts string) bool {
	for _, part := range strings.Split(accepts, ",") {
		coding, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" && strings.ReplaceAll(parameters, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
