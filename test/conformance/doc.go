// Package conformance compares Millrace with the Java classes it stands for: it
// runs recorded cases, inputs and what Java made of them, through Millrace's own
// code.
//
// A case belongs to an area, one test per area. The cases lie compressed in
// testdata; MILLRACE_VECTORS=DIR runs the same tests over the cases in another
// directory, where an area may be missing. MILLRACE_CASE=TEXT runs only the cases
// whose id contains that text.
//
// Floor: tests only. Connect: the recorded behaviour of its classes.
package conformance
