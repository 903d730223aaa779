package rest

import "net/http"

// topics tells which topics a connector has used; an unknown one has used none
// (KIP-558).
func (a *api) topics(r *request) (any, error) {
	topics, err := a.herder.Topics(r.Context(), r.connector())
	switch {
	case isNotFound(err):
		topics = nil
	case err != nil:
		return nil, err
	}
	return object{{r.connector(), struct {
		Topics []string `json:"topics"`
	}{list(topics)}}}, nil
}

func (a *api) resetTopics(r *request) (any, error) {
	err := a.herder.ResetTopics(r.Context(), r.connector())
	if isNotFound(err) {
		err = nil
	}
	return response{status: http.StatusAccepted}, err
}
