// Package basicauth lets those into the REST API who know a user and a password. The
// users are in property files, which a JAAS file names.
//
// The JAAS file must have an entry KafkaConnect of one or more modules
// PropertyFileLoginModule, each with its option file; one that knows the user is
// enough. A property file is read with the first request, and again with each one
// until it can be read.
//
// Floor 6. Connect: org.apache.kafka.connect.rest.basic.auth.extension.
package basicauth
