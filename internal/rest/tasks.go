package rest

import (
	"net/http"

	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/store/state"
)

func (a *api) tasks(r *request) (any, error) {
	tasks, err := a.herder.TaskConfigs(r.Context(), r.connector())
	infos := []taskInfo{}
	for _, t := range tasks {
		info := taskInfo{ID: taskID{t.ID.Connector, t.ID.Task}}
		if t.Config != nil {
			info.Config = configObject(t.Config)
		}
		infos = append(infos, info)
	}
	return infos, err
}

// task returns the task that the path names; what is no number is not found.
func (r *request) task() (state.TaskID, error) {
	n, err := text.ParseInt(r.params["task"])
	if err != nil {
		return state.TaskID{}, fail(http.StatusNotFound, "HTTP 404 Not Found")
	}
	return state.TaskID{Connector: r.connector(), Task: int(n)}, nil
}

func (a *api) taskStatus(r *request) (any, error) {
	id, err := r.task()
	if err != nil {
		return nil, err
	}
	s, err := a.herder.TaskStatus(r.Context(), id)
	return showTask(s), reword(err, "No status found for task %s", id)
}

func (a *api) restartTask(r *request) (any, error) {
	id, err := r.task()
	if err != nil {
		return nil, err
	}
	return response{status: http.StatusNoContent}, a.unlessUnknown(r, a.herder.RestartTask(r.Context(), id))
}
