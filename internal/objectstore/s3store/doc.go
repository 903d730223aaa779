// Package s3store is Amazon S3, and stores that speak its protocol, as an
// objectstore.Bucket. It finds credentials and endpoints as every AWS program
// does: environment, profiles, roles; see the AWS SDK's reference.
//
// Floor 2. Connect: io.confluent.connect.s3.storage.
package s3store
