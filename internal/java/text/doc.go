// Package text prints and parses numbers as the JDK's language classes do:
// Double.toString, Integer.parseInt, BigDecimal and their error texts, plus
// String.hashCode and Kafka's murmur2. Records, headers and REST answers of
// Kafka Connect show these texts, so they have to agree to the byte.
//
// Floor 0. Connect: java.lang.Double, java.lang.Integer, java.math.BigDecimal.
package text
