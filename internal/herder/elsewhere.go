package herder

// Elsewhere says that another worker must be asked: the leader of the group, or the
// worker that runs a connector or task. The REST API passes the request on.
type Elsewhere struct {
	URL string // of that worker's REST API; "" when it is not known at the moment
}

// Error tells where.
func (e *Elsewhere) Error() string {
	if e.URL == "" {
		return "the worker that can do this is not known at the moment"
	}
	return "the worker at " + e.URL + " must be asked"
}
