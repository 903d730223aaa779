package devs3

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultRegion      = "us-east-1"
	defaultMinPartSize = 5 << 20
	maxObjectSize      = 5 << 30
	copyBufferSize     = 64 << 10
	headerTimeout      = 30 * time.Second
)

// Settings says where a [Server] stores and whom it lets in.
type Settings struct {
	// Dir is the data directory; it is created. One process at a time.
	Dir string
	// Buckets are created at start when missing.
	Buckets []string
	// AutoCreateBucket creates a missing bucket at the first write to it.
	AutoCreateBucket bool
	// Sync flushes every object to the device before success is answered.
	Sync bool
	// Region is the region answered to clients; empty means us-east-1.
	Region string
	// MinPartSize is the least size in bytes of every part but the last of a
	// multipart upload; 0 means S3's 5 MiB.
	MinPartSize int64
	// Authenticate is asked before every request; nil lets everybody in.
	Authenticate Authenticator
	// Fault is asked before every request; a non-nil answer breaks it.
	Fault func(*http.Request) *Fault
	// Logger receives internal errors; nil discards them.
	Logger *slog.Logger
}

// Authenticator checks the signature of a request without reading its body.
// For a body sent in signed chunks it returns the check for these; otherwise
// that is nil. An error with a method Code() string decides the S3 error code,
// any other is answered with AccessDenied.
type Authenticator func(r *http.Request) (ChunkCheck, error)

// ChunkCheck verifies the next signed piece of a body: a chunk, or the trailer
// headers. sum is the SHA-256 of the piece. It is called in the order of the
// body.
type ChunkCheck func(trailer bool, signature string, sum []byte) error

// Server answers S3 requests. It is an [http.Handler]; methods are safe for
// concurrent use.
type Server struct {
	settings Settings
	log      *slog.Logger
	store    *store
	routes   map[string]handler
	http     *http.Server
	requests atomic.Uint64
	buffers  sync.Pool // of *[]byte
	answers  sync.Pool // of *xmlAnswer
}

// New opens the data directory and everything in it. The caller closes the
// server.
func New(settings Settings) (*Server, error) {
	if settings.Region == "" {
		settings.Region = defaultRegion
	}
	if settings.MinPartSize == 0 {
		settings.MinPartSize = defaultMinPartSize
	}
	s := &Server{settings: settings, log: settings.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.buffers.New = func() any { b := make([]byte, copyBufferSize); return &b }
	s.answers.New = newXMLAnswer
	var err error
	if s.store, err = openStore(settings.Dir, settings.Sync, s.log); err != nil {
		return nil, fmt.Errorf("open S3 data directory %s: %w", settings.Dir, err)
	}
	for _, name := range settings.Buckets {
		if err := s.store.createBucket(name); err != nil && !errors.Is(err, errBucketExists) {
			return nil, errors.Join(fmt.Errorf("create bucket %s: %w", name, err), s.store.close())
		}
	}
	s.routes = s.routeTable()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	return s, nil
}

// Serve answers requests from ln until Close; it then returns nil. It closes ln.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve S3: %w", err)
	}
	return nil
}

// Close ends all connections at once and releases the data directory. Requests
// still running fail. Closing twice is harmless.
func (s *Server) Close() error {
	return errors.Join(s.http.Close(), s.store.close())
}

// ServeHTTP answers one S3 request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := fmt.Sprintf("%016X", s.requests.Add(1))
	w.Header().Set("X-Amz-Request-Id", id)
	w.Header().Set("Server", "Millrace")
	if s.broken(w, r) {
		return
	}
	s.answer(w, r)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	if err := s.handle(w, r); err != nil {
		s.writeError(w, r, err)
	}
}

func (s *Server) handle(w http.ResponseWriter, hr *http.Request) error {
	r, err := parseRequest(hr)
	if err != nil {
		return err
	}
	if s.settings.Authenticate != nil {
		if r.chunks, err = s.settings.Authenticate(hr); err != nil {
			return authError(err)
		}
	}
	do, ok := s.routes[r.route()]
	if !ok {
		return errNotImplemented
	}
	return do(w, r)
}

// copyBody moves src to dst through a pooled buffer.
func (s *Server) copyBody(dst io.Writer, src io.Reader) (int64, error) {
	buf := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buf)
	return io.CopyBuffer(dst, struct{ io.Reader }{src}, *buf)
}

func setLength(w http.ResponseWriter, n int64) {
	w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
}
