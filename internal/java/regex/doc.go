// Package regex gives java.util.regex patterns their Java meaning. A pattern is
// parsed by Java's grammar, with Java's error texts, and then written for one of
// two engines: Go's regexp, whose leftmost-first search prefers the same match
// as Java's backtracking and takes linear time; and regexp2, which backtracks,
// for look-around, back references, possessive quantifiers and the like.
//
// Strings are sequences of code points here; a Java pattern that names half a
// surrogate pair never matches. Not supported, and refused by Compile:
// \N{name}, \b{g}, canonical equivalence ((?c)) and javaMirrored. Word
// boundaries are those of JDK 19 and later, where \b goes with \w.
//
// Floor 0. Connect: java.util.regex.Pattern.
package regex
