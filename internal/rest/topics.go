package rest

import (
	"net/http"
	"slices"
)

// topics tells which topics a connector has used; an unknown one has used none
// (KIP-558).
func (a *api) topics(r *request) (any, error) {
	topics, err := a.herder.Topics(r.Context(), r.connector())
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	return object{{r.connector(), struct {
		Topics []string `json:"topics"`
	}{slices.Concat([]string{}, topics)}}}, nil
}

func (a *api) resetTopics(r *request) (any, error) {
	err := a.herder.ResetTopics(r.Context(), r.connector())
	if isNotFound(err) {
		err = nil
	}
	return response{status: http.StatusAccepted}, err
}
