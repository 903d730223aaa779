package scenario

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// complete expects every id that a source has given, up to the greatest.
func (c *cluster) complete(a args) error {
	return c.eachTask(a.word["NAME"], func(ids []int64) error {
		if gaps := missing(ids); len(gaps) > 0 {
			return fmt.Errorf("ids %v are missing", gaps)
		}
		return nil
	})
}

func (c *cluster) exactlyOnce(a args) error {
	return c.eachTask(a.word["NAME"], func(ids []int64) error {
		gaps, twice := missing(ids), repeated(ids)
		if len(gaps)+len(twice) > 0 {
			return fmt.Errorf("ids %v are missing, %v repeated", gaps, twice)
		}
		return nil
	})
}

func (c *cluster) eachTask(connector string, check func([]int64) error) error {
	all, err := c.ids(connector)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("topic %s is empty", connector)
	}
	for task, ids := range all {
		if err := check(ids); err != nil {
			return fmt.Errorf("%s: of %d %w", task, len(ids), err)
		}
	}
	return nil
}

// received expects a sink to have got every id that is in the topic of a source.
func (c *cluster) received(a args) error {
	got := c.stage.arrivals(a.word["SINK"])
	all, err := c.ids(a.word["NAME"])
	if err != nil {
		return err
	}
	for task, ids := range all {
		for _, id := range ids {
			if got[fmt.Sprintf("%s %d", task, id)] == 0 {
				return fmt.Errorf("%s has %d ids, but not %d of %s", a.word["SINK"], len(got), id, task)
			}
		}
	}
	if len(got) == 0 {
		return fmt.Errorf("%s has got nothing", a.word["SINK"])
	}
	return nil
}

// more expects every task to have written since the last time that this was so.
func (c *cluster) more(a args) error {
	name := a.word["NAME"]
	names, err := c.configured()
	if err != nil {
		return err
	}
	all, err := c.ids(name)
	if err != nil {
		return err
	}
	key := "more " + name
	now := map[string]int{}
	for _, task := range names {
		if !isTask(task) || !strings.HasPrefix(task, name+"-") {
			continue
		}
		if now[task] = len(all[task]); now[task] <= c.seen[key][task] {
			return fmt.Errorf("%s has %d ids, as before", task, now[task])
		}
	}
	c.seen[key] = now
	return nil
}

// offsets returns the offset of each task.
func (c *cluster) offsets(connector string) (map[string]int64, error) {
	w, err := c.reachable()
	if err != nil {
		return nil, err
	}
	var answer struct {
		Offsets []struct {
			Partition struct {
				Task string `json:"task"`
			} `json:"partition"`
			Offset struct {
				ID json.Number `json:"id"`
			} `json:"offset"`
		} `json:"offsets"`
	}
	if err := c.get(w, "/connectors/"+connector+"/offsets", &answer); err != nil {
		return nil, err
	}
	found := map[string]int64{}
	for _, o := range answer.Offsets {
		if found[o.Partition.Task], err = o.Offset.ID.Int64(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (c *cluster) offsetsFrom(a args) error {
	least, err := strconv.ParseInt(a.word["N"], 10, 64)
	if err != nil {
		return err
	}
	found, err := c.offsets(a.word["NAME"])
	if err != nil {
		return err
	}
	for task, id := range found {
		if id < least {
			return fmt.Errorf("the offset of %s is %d", task, id)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("%s has no offsets", a.word["NAME"])
	}
	return nil
}

func (c *cluster) noOffsets(a args) error {
	found, err := c.offsets(a.word["NAME"])
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("the offsets are %v", found)
	}
	return err
}
