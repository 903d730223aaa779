package regex

// RE2 returns an expression of Go's regexp package that matches the whole of a text
// exactly when the pattern does, and false for a pattern that needs backtracking.
func (p *Pattern) RE2() (string, bool) {
	re := p.linearWhole()
	if re == nil || p.oneLine {
		return "", false
	}
	return re.String(), true
}
