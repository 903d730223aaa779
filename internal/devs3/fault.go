package devs3

import (
	"net"
	"net/http"
	"time"
)

// Fault is what goes wrong with one request, for tests.
type Fault struct {
	// Delay passes before anything else happens, or until the client is gone.
	Delay time.Duration
	// Status and Code are answered; Status 0 with Close false only delays.
	Status int
	Code   string
	// RetryAfter, when set, is sent as the Retry-After header.
	RetryAfter string
	// Close resets the connection instead of answering.
	Close bool
	// AfterApply does the work first, so that only the answer is lost.
	AfterApply bool
}

// broken asks for a fault and acts it out. It reports whether the request is
// over.
func (s *Server) broken(w http.ResponseWriter, r *http.Request) bool {
	if s.settings.Fault == nil {
		return false
	}
	f := s.settings.Fault(r)
	if f == nil {
		return false
	}
	wait(r, f.Delay)
	if f.Status == 0 && !f.Close {
		return false
	}
	if f.AfterApply {
		s.answer(&discardResponse{header: http.Header{}}, r)
	}
	if f.Close {
		reset(w)
		return true
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	s.writeError(w, r, &Error{Status: f.Status, Code: f.Code, Message: "This fault was asked for."})
	return true
}

func wait(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// reset makes the client see "connection reset by peer" where the connection
// allows it, and a premature end otherwise.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

type discardResponse struct{ header http.Header }

func (d *discardResponse) Header() http.Header         { return d.header }
func (d *discardResponse) Write(b []byte) (int, error) { return len(b), nil }
func (d *discardResponse) WriteHeader(int)             {}
