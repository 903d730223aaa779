// Package ssl turns the ssl.* properties of Java clients into TLS connections.
//
// Key and trust stores may be JKS, PKCS12 or PEM files, or PEM text within the
// properties. As in the JDK, a store is recognised by its content: a PKCS12 file
// declared as JKS is read, and the other way round.
//
// Floor 2. Connect: org.apache.kafka.common.security.ssl.DefaultSslEngineFactory.
package ssl
