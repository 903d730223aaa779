package protocol

import (
	"fmt"
	"strings"
)

// Type is the protocol type of every Connect group.
const Type = "connect"

// Mode is how the members of a group divide work: the setting connect.protocol
// of a worker, or what all members of a group agreed on.
type Mode int16

// The modes. A mode's number is the version in the header of its messages.
const (
	Eager      Mode = 0 // all work stops at every rebalance
	Compatible Mode = 1 // incremental and cooperative
	Sessioned  Mode = 2 // as Compatible; workers sign their internal requests
)

// ParseMode returns the mode that a worker's connect.protocol names, in any case
// of letters. The error is a *ModeError.
func ParseMode(setting string) (Mode, error) {
	for m := Eager; m <= Sessioned; m++ {
		if strings.EqualFold(setting, m.String()) {
			return m, nil
		}
	}
	return 0, &ModeError{"Unknown Connect protocol compatibility mode: " + setting}
}

// ModeNamed returns the mode of a protocol name as brokers know it. The error is
// a *ModeError.
func ModeNamed(protocol string) (Mode, error) {
	for m := Eager; m <= Sessioned; m++ {
		if protocol == m.Protocol() {
			return m, nil
		}
	}
	return 0, &ModeError{"Not found Connect protocol compatibility mode for protocol: " + protocol}
}

// ModeOfVersion returns the mode whose messages carry a version. The error is a
// *ModeError.
func ModeOfVersion(version int16) (Mode, error) {
	if m := Mode(version); m >= Eager && m <= Sessioned {
		return m, nil
	}
	return 0, &ModeError{fmt.Sprintf("Unknown Connect protocol version: %d", version)}
}

// String returns the mode as connect.protocol spells it.
func (m Mode) String() string {
	switch m {
	case Eager:
		return "eager"
	case Compatible:
		return "compatible"
	case Sessioned:
		return "sessioned"
	}
	return fmt.Sprintf("mode %d", int16(m))
}

// Protocol returns the mode's name among the protocols of a group. That of Eager
// is not its own.
func (m Mode) Protocol() string {
	if m == Eager {
		return "default"
	}
	return m.String()
}

// Version returns the version in the header of the mode's messages.
func (m Mode) Version() int16 { return int16(m) }

// Cooperative reports whether a worker keeps its work during a rebalance.
func (m Mode) Cooperative() bool { return m != Eager }

// ModeError is the error of a name or version that no mode has.
type ModeError struct{ text string }

// Error returns the text of Java's exception.
func (e *ModeError) Error() string { return e.text }

// JavaClass returns the exception that stands for the error.
func (*ModeError) JavaClass() string { return "java.lang.IllegalArgumentException" }
