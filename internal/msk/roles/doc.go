// Package roles gives the workers of managed connectors the credentials of the service
// execution role of their connector, and nothing else of the control plane's.
//
// Workers ask for credentials at an address of this machine, as programs in containers
// do, with a token that only the workers of their connector have. So credentials are
// never in a file or in the environment of a worker, and clients in workers that go on
// get new ones before the old ones end. Address and tokens stay the same when the control
// plane is started again, so that its workers need not be.
//
// Floor 6. Connect: none (the service execution role of Amazon MSK Connect).
package roles
