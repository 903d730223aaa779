// Package api is the HTTP side of the control plane: the API "kafkaconnect"
// (2021-09-14) of Amazon MSK Connect with its 21 operations, as the AWS SDKs, the AWS
// CLI and Terraform speak it. It routes on the escaped path, in which an ARN is one
// segment, checks signatures, reads and checks requests, and writes answers and errors.
// What the operations do is up to a [Service].
//
// Floor 6. Connect: none (Amazon MSK Connect's front end).
package api
