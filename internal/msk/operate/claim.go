package operate

import (
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// claim is a worker setting that a connector has, or may get: an update that is under
// way leads to its target or, rolled back, to its origin.
type claim struct {
	connector model.ARN
	setting   model.WorkerSetting
}

func claims(tx *store.Tx) ([]claim, error) {
	var all []claim
	connectors, err := tx.Connectors().All()
	if err != nil {
		return nil, err
	}
	for _, s := range connectors {
		all = append(all, claim{s.ARN, s.WorkerSetting()})
	}
	unfinished, err := tx.Operations().Unfinished()
	if err != nil {
		return nil, err
	}
	for _, op := range unfinished {
		if op.Shown != nil && op.Shown.TargetSetting != nil {
			all = append(all, claim{op.Target, *op.Shown.OriginSetting}, claim{op.Target, *op.Shown.TargetSetting})
		}
	}
	return all, nil
}

// workersInUse counts the workers that connectors other than self may have.
func workersInUse(tx *store.Tx, self model.ARN) (int, error) {
	all, err := claims(tx)
	if err != nil {
		return 0, err
	}
	most := map[model.ARN]int{}
	for _, c := range all {
		_, workers := c.setting.Capacity.Workers()
		most[c.connector] = max(most[c.connector], workers)
	}
	delete(most, self)
	total := 0
	for _, workers := range most {
		total += workers
	}
	return total, nil
}

// unused returns a BadRequestException when a connector uses something or may come to
// use it.
func unused(tx *store.Tx, what string, uses func(model.WorkerSetting) bool) error {
	all, err := claims(tx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if uses(c.setting) {
			return model.BadRequest("the %s cannot be deleted: the connector %s uses it", what, c.connector.Name)
		}
	}
	return nil
}
