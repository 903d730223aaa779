// Package login turns the sasl.* properties of Java clients into SASL mechanisms:
// PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER and AWS_MSK_IAM.
//
// Credentials stand in sasl.jaas.config, as one JAAS login module with options.
// Kerberos (GSSAPI) is not supported and says so.
//
// Floor 2. Connect: org.apache.kafka.common.security.authenticator.LoginManager.
package login
