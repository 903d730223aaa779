package run

import (
	"slices"
	"testing"
)

func TestReadOnly(t *testing.T) {
	t.Parallel()
	const maps = `00400000-01656000 r-xp 00000000 fd:00 12 /opt/millrace
01656000-029a7000 r--p 01256000 fd:00 12                         /opt/millrace
029a7000-02aa6000 rw-p 025a7000 fd:00 12                         /opt/millrace
197ff000-19820000 rw-p 00000000 00:00 0                          [heap]
7fd9c67fe000-7fd9c6ffe000 r--p 00000000 00:00 0
7fda1412c000-7fda14152000 r--p 00000000 fd:00 9                  /usr/lib/libc.so.6
nonsense r--p 0 0 0 /opt/millrace
`
	want := []mapping{{0x400000, 0x1656000}, {0x1656000, 0x29a7000}}
	if got := readOnly([]byte(maps), "/opt/millrace"); !slices.Equal(got, want) {
		t.Errorf("%#v", got)
	}
}

func TestReleaseProgram(t *testing.T) {
	t.Parallel()
	releaseProgram() // and the test goes on
	if got := percentFor(0); got != 1000 {
		t.Error(got)
	}
}
