// Package model has the nouns of the control plane: connectors with their capacity,
// plugins, worker configurations, operations, ARNs, tags and errors. It says how each
// is written in the API of Amazon MSK Connect (2021-09-14), which values a request may
// have, and how names that follow from others are made. It keeps nothing and calls
// nobody.
//
// The JSON form of a type is the API's: members that a client left out are left out
// again, lists and maps come back as they were given. Optional texts do not tell "left
// out" from "empty".
//
// Floor 6. Connect: none (Amazon MSK Connect's service model).
package model
