// Package archive looks into the file of a custom plugin, a JAR or a ZIP of JARs,
// without running any of it: it checks that the file is sound and safe to unpack, and
// lists the connectors, converters and other plugins in it with their versions.
//
// Nothing in the file is trusted. What is read, unpacked and kept is bounded by
// [Limits]; a file that breaks a bound, or could do harm when it is unpacked, gives an
// [*Error].
//
// Floor 6. Connect: org.apache.kafka.connect.runtime.isolation (PluginScanner).
package archive
