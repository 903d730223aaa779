// Package operate does what the API of the control plane asks for. A request changes
// records in the store, in one transaction; what takes time becomes an operation that
// is stored in the same transaction and carried out by a [Runner]. So a request has
// been accepted for good when it is answered, and a restart resumes what was begun.
//
// Control has the methods of the API's service. Requests that reach it have passed
// their Validate.
//
// Floor 6. Connect: none (Amazon MSK Connect's operations).
package operate
