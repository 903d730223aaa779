package assign

import (
	"math"
	"math/big"
	"time"
)

// backoffRatio is by how much the delay before another revocation grows each time.
const backoffRatio = 40

// backoff is the delay before the nth revocation in a row: backoffRatio^n ms, at
// most most. Java finds most as a power too, with an exponent that may be a little
// small, and then stops a millisecond short of it.
func backoff(n int, most time.Duration) time.Duration {
	if most <= time.Millisecond {
		return most
	}
	exponent := min(float64(n), math.Log(float64(most.Milliseconds()))/math.Log(backoffRatio))
	return min(time.Duration(power(backoffRatio, exponent))*time.Millisecond, most)
}

// power returns base to a positive exponent, correctly rounded, which math.Pow
// does not promise: the last bit decides about the millisecond.
func power(base, exponent float64) float64 {
	const precision = 128
	factor := new(big.Float).SetPrec(precision).SetFloat64(base)
	result := new(big.Float).SetPrec(precision).SetFloat64(1)
	whole, fraction := math.Modf(exponent)
	for ; whole > 0; whole-- {
		result.Mul(result, factor)
	}
	for fraction > 0 {
		factor.Sqrt(factor)
		fraction *= 2
		if fraction >= 1 {
			result.Mul(result, factor)
			fraction--
		}
	}
	rounded, _ := result.Float64()
	return rounded
}
