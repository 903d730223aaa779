// Package outside checks the plugin SDK as its users see it: from another module.
//
// Floor: tests only. Connect: none.
package outside
