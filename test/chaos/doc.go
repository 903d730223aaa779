// Package chaos kills workers at random while data flows and counts the data at the
// end. MILLRACE_CHAOS_TIME says for how long, MILLRACE_CHAOS_SEED repeats a run.
//
// Floor: tests only. Connect: nothing.
package chaos
