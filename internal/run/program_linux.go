package run

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// releaseProgram takes the pages of the program's file out of this process. Those that
// are still needed come back with the next access, from the page cache, and those that
// only the start has needed, about half, do not: all workers of a machine would otherwise
// count them. What cannot be released stays.
func releaseProgram() {
	maps, err := os.ReadFile("/proc/self/maps")
	program, unknown := os.Readlink("/proc/self/exe")
	if err != nil || unknown != nil {
		return
	}
	for _, m := range readOnly(maps, program) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.start, m.end-m.start, syscall.MADV_DONTNEED)
	}
}

// mapping is a range of addresses.
type mapping struct{ start, end uintptr }

// readOnly returns the mappings of a file that the process cannot have changed. The text
// is that of /proc/self/maps; see proc_pid_maps(5).
func readOnly(maps []byte, file string) (found []mapping) {
	lines := bufio.NewScanner(bytes.NewReader(maps))
	for lines.Scan() {
		at := bytes.Fields(lines.Bytes())
		if len(at) != 6 || string(at[5]) != file || at[1][1] != '-' {
			continue
		}
		from, to, _ := bytes.Cut(at[0], []byte("-"))
		start, err := strconv.ParseUint(string(from), 16, 64)
		end, bad := strconv.ParseUint(string(to), 16, 64)
		if err == nil && bad == nil && start < end {
			found = append(found, mapping{uintptr(start), uintptr(end)})
		}
	}
	return found
}
