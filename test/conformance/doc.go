// Package conformance compares Millrace with the Java classes it stands for: it
// runs recorded cases, inputs and what Java made of them, through Millrace's own
// code.
//
// A case belongs to an area, one test per area. The cases lie compressed in
// testdata; MILLRACE_VECTORS=DIR runs the same tests over the cases in another
// directory, which must have the same areas; only the directories rest and s3, or
// files in them, may be missing. No case is left out: what a test does not know fails.
// MILLRACE_CASE=TEXT runs only the cases whose id contains that text.
//
// The directory rest has scenarios, sequences of REST exchanges, for workers of
// several profiles: a file <profile>-<part> is replayed against a cluster of our own
// that is configured by profiles/<profile>.properties. The id of a scenario is
// rest/<file>/<scenario>; go test keeps the workers' logs with -artifacts.
//
// What Go has no value for is put into words that make the same difference: null
// properties, ByteBuffers, objects of Java classes.
//
// Floor: tests only. Connect: the recorded behaviour of its classes.
package conformance
