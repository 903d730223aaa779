package membership

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
)

// reaction is what an error of a request asks for.
type reaction int

const (
	goOn          reaction = iota
	again                  // join
	newIdentity            // join as a new member
	newGeneration          // join as the same member
	later                  // the same after a pause
	rediscover             // the coordinator
	refuse                 // nothing helps
)

// reactionTo sorts the errors of group requests. What is no answer of a broker is
// a lost connection.
func reactionTo(err error) reaction {
	var answer *kerr.Error
	switch {
	case err == nil:
		return goOn
	case !errors.As(err, &answer):
		return rediscover
	}
	switch answer {
	case kerr.MemberIDRequired, kerr.RebalanceInProgress:
		return again
	case kerr.UnknownMemberID, kerr.GroupIDNotFound: // the latter of a broker that has forgotten the group
		return newIdentity
	case kerr.IllegalGeneration:
		return newGeneration
	case kerr.CoordinatorNotAvailable, kerr.NotCoordinator:
		return rediscover
	}
	if kerr.IsRetriable(answer) {
		return later
	}
	return refuse
}
