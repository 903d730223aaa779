package fleet

import "path/filepath"

// snapshot returns what others may know of the worker.
func (w *worker) snapshot() Worker {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view
}

// show brings the snapshot up to date.
func (w *worker) show() {
	host := w.d.settings.Host
	r := w.record
	w.mu.Lock()
	defer w.mu.Unlock()
	v := Worker{
		Fleet: r.Fleet, ID: r.ID, URL: url(host, r.Port), AdminURL: url(host, r.AdminPort),
		MCUs: r.MCUs, Memory: w.d.memory(r.MCUs), Created: r.Created,
		State: Waiting, Restarts: max(0, w.starts-1), LastDeath: w.view.LastDeath,
		LogFile: filepath.Join(w.dir, logFile),
	}
	if w.process != nil {
		v.State, v.PID, v.Started = Running, w.process.Identity.PID, w.process.started.Started
		if v.PID == w.view.PID && v.Started.Equal(w.view.Started) {
			v.Usage = w.view.Usage
		}
		w.is = w.process.Identity
	}
	if w.leaving = r.Leaving; r.Leaving {
		v.State = Stopping
	}
	w.view = v
}

// isLeaving reports whether the worker is being removed, or should have been.
func (w *worker) isLeaving() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.leaving
}

func (w *worker) setState(s State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.view.State = s
}

// running returns the identity of the process, false for none.
func (w *worker) running() (identity, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.is, w.view.PID != 0
}

// measured takes a sample of the process in, unless it is of another one.
func (w *worker) measured(is identity, u Usage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.is == is && w.view.PID != 0 {
		w.view.Usage = u
	}
}
