// Package glue calls the Glue Schema Registry of AWS: it finds or registers the
// version of a schema that values are written with, fetches the one that they were
// written with, and has the form in which the version stands before a value.
//
// Floor 2. Connect: com.amazonaws.services.schemaregistry.common.AWSSchemaRegistryClient.
package glue
